import { AwsClients, type AwsOptions } from './aws.ts';
import { describeExecution } from './describe.ts';
import type { Driver } from './driver.ts';
import { originOf, readExecution } from './execution.ts';
import { listExecutions } from './list.ts';
import { readLogs } from './logs.ts';
import { resumeExecution } from './resume.ts';
import { artifactsPrefix, type Stack } from './stack.ts';
import { startExecution } from './start.ts';
import { stopExecution } from './stop.ts';

export interface StepFunctionsOptions {
  /** What the stack's outputs name `StateMachineArn` and `ArtifactsBucketName`. */
  stack: Stack;
  /** Without it: region, credentials and endpoint of the environment, as the AWS SDK finds them. */
  aws?: AwsOptions;
  /** How long `resume` waits for the stopped container's end; 150 by default. */
  resumePatienceSeconds?: number;
}

/** Executions of a stack, through Step Functions, Batch, ECS, CloudWatch Logs and S3; on AWS, or in the engine. */
export function stepFunctionsDriver({ stack, aws, resumePatienceSeconds }: StepFunctionsOptions): Driver {
  const clients = new AwsClients(aws);
  return {
    start: (request) => startExecution(request, stack, clients),
    describe: (id) => describeExecution(id, stack, clients),
    list: (query) => listExecutions(query, stack, clients),
    logs: (id, query) => readLogs(id, query, stack, clients),
    stop: (id, reason) => stopExecution(id, stack, clients, reason),
    resume: (id) => resumeExecution(id, stack, clients, resumePatienceSeconds),
    async result(id) {
      const { status, input } = await readExecution(id, stack, clients);
      if (status !== 'SUCCEEDED') return undefined;
      const prefix = artifactsPrefix(originOf(id, input));
      return (await clients.artifacts()).readJson(stack.artifactsBucket, `${prefix}result.json`);
    },
  };
}
