import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type Command, Option } from 'commander';
import type { AwsOptions } from '../client/aws.ts';
import type { Driver } from '../client/driver.ts';
import type { NestedOutputs } from '../client/nested-outputs.ts';
import type { Stack } from '../client/stack.ts';
import type { RunningEngine } from '../engine/announcement.ts';
import { DATA_DIRECTORY } from '../engine/data-directory.ts';
import { UsageError } from './exit-codes.ts';
import { PROGRAM } from './program.ts';

export interface DeploymentOptions {
  /** A stack on AWS; without it, the engine on this machine. */
  stack?: string;
  region?: string;
  profile?: string;
  /** The engine's data directory. */
  data: string;
  /** JSON instead of what is made for people. */
  json?: boolean;
}

/** Where a command works: what the stack's outputs name, and how to reach it. */
export interface Deployment {
  /** Only when it is the engine on this machine. */
  engine?: RunningEngine;
  outputs: Record<string, string>;
  /** Outputs of the stacks nested in it, by their paths. On AWS it takes some requests: ask only where they are needed. */
  nested(): Promise<NestedOutputs>;
  aws: AwsOptions;
}

/** Of a request to CloudFormation: an account's stacks share a low rate, which others may be using up. */
const ATTEMPTS = 8;

/** The options by which a command is told where to work, and to print JSON. */
export function deploymentOptions(command: Command): Command {
  const group = 'Where:';
  return command
    .option('--json', 'print JSON')
    .addOption(new Option('--stack <name>', 'a stack on AWS; without it, the engine on this machine').helpGroup(group))
    .addOption(new Option('--region <region>', 'of the stack; without it, as the AWS CLI finds it').helpGroup(group))
    .addOption(new Option('--profile <profile>', 'of ~/.aws/config').helpGroup(group))
    .addOption(
      new Option('--data <directory>', "the engine's data directory").default(DATA_DIRECTORY).helpGroup(group),
    );
}

/** @throws UsageError for a region or profile without a stack; Error that says what to do: no engine runs here, or what AWS answers when it is asked for the stack */
export async function findDeployment({ stack, region, profile, data }: DeploymentOptions): Promise<Deployment> {
  if (stack === undefined) {
    if (region === undefined && profile === undefined) return engineIn(path.resolve(data));
    throw new UsageError(
      '--region and --profile belong to --stack NAME; without it this is the engine of this machine.',
    );
  }
  const aws = { ...(region && { region }), ...(profile && { profile }) };
  const { CloudFormationClient } = await import('@aws-sdk/client-cloudformation');
  const { nestedOutputs, outputsOf } = await import('../client/nested-outputs.ts');
  const client = new CloudFormationClient({ ...aws, maxAttempts: ATTEMPTS });
  return { outputs: await outputsOf(client, stack), nested: () => nestedOutputs(client, stack), aws };
}

function engineIn(directory: string): Deployment {
  const read = (file: string) => JSON.parse(readFileSync(path.join(directory, file), 'utf8'));
  if (!existsSync(path.join(directory, 'engine.json'))) {
    throw new Error(
      `No engine runs with its data in ${directory}. Start it with '${PROGRAM} start', name the data of one that runs elsewhere with --data, or a stack on AWS with --stack.`,
    );
  }
  const engine = read('engine.json') as RunningEngine;
  return {
    engine,
    outputs: read('outputs.json') as Record<string, string>,
    nested: async () => read('nested-outputs.json') as NestedOutputs,
    aws: engine.aws,
  };
}

/** Where the executions of a deployment are. @throws Error when the stack is none of Longhaul */
export function stackOf({ outputs }: Deployment): Stack {
  const { StateMachineArn: stateMachineArn, ArtifactsBucketName: artifactsBucket } = outputs;
  if (stateMachineArn && artifactsBucket) return { stateMachineArn, artifactsBucket };
  throw new Error(
    "This stack is no Longhaul: its outputs have no StateMachineArn and ArtifactsBucketName (template.yaml's have).",
  );
}

/** What steers the executions of a deployment. @throws Error when the stack is none of Longhaul */
export async function driverOf(deployment: Deployment): Promise<Driver> {
  const stack = stackOf(deployment);
  const { stepFunctionsDriver } = await import('../client/step-functions.ts');
  return stepFunctionsDriver({ stack, aws: deployment.aws });
}
