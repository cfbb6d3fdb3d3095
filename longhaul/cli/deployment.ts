import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import type { AwsConfig } from '../client/dead-letters.ts';

export interface DeploymentOptions {
  /** A stack on AWS; without it, the engine on this machine. */
  stack?: string;
  region?: string;
  profile?: string;
  /** The engine's data directory. */
  data: string;
}

/** Where a command works: what the stack's outputs name, and how to reach it. */
export interface Deployment {
  outputs: Record<string, string>;
  aws: AwsConfig;
}

/** The options by which a command is told where to work. */
export function deploymentOptions(command: Command): Command {
  return command
    .option('--stack <name>', 'a stack on AWS; without it, the engine on this machine')
    .option('--region <region>', 'of the stack; without it, as the AWS CLI finds it')
    .option('--profile <profile>', 'of ~/.aws/config')
    .option('--data <directory>', "the engine's data directory", '.longhaul');
}

/** @throws Error that says what to do: no engine was started here, or there is no such stack */
export async function findDeployment({ stack, region, profile, data }: DeploymentOptions): Promise<Deployment> {
  if (stack === undefined) return engineIn(path.resolve(data));
  const aws = { ...(region && { region }), ...(profile && { profile }) };
  const { CloudFormationClient, DescribeStacksCommand } = await import('@aws-sdk/client-cloudformation');
  const { Stacks = [] } = await new CloudFormationClient(aws).send(new DescribeStacksCommand({ StackName: stack }));
  const outputs = (Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]);
  return { outputs: Object.fromEntries(outputs), aws };
}

function engineIn(directory: string): Deployment {
  const file = path.join(directory, 'outputs.json');
  if (!existsSync(file)) {
    throw new Error(
      `No engine has run with its data in ${directory}. Start it with 'longhaul start', or name a stack on AWS with --stack.`,
    );
  }
  const outputs = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  // Queues have their URLs at the engine's endpoint.
  const queue = Object.values(outputs).find((value) => /^http:\/\/127\.0\.0\.1:\d+\/\d{12}\//.test(value));
  const endpoint = queue && new URL(queue).origin;
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { outputs, aws: { region: 'us-east-1', credentials, ...(endpoint && { endpoint }) } };
}
