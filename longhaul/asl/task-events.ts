import type { Draft } from './history.ts';
import type { Json } from './host.ts';

/** What the history calls the two halves of a `Resource`: `batch` and `submitJob.sync`, `aws-sdk:s3` and `getObject`. */
export interface TaskService {
  resourceType: string;
  resource: string;
}

/** Splits `arn:aws:states:::batch:submitJob.sync`; any other ARN (a Lambda function, an activity) stays whole. */
export function taskService(arn: string): TaskService {
  const [, integration] = arn.split(':::');
  const parts = (integration ?? '').split(':');
  const resource = parts.pop();
  if (resource && parts.length > 0) return { resourceType: parts.join(':'), resource };
  return { resourceType: arn.split(':')[2] ?? arn, resource: arn };
}

/** The region in an execution's ARN; `us-east-1` when the execution has no ARN. */
export function regionOf(executionArn: string): string {
  const [prefix, , , region] = executionArn.split(':');
  return prefix === 'arn' && region ? region : 'us-east-1';
}

export function taskScheduled(
  service: TaskService,
  region: string,
  parameters: Json,
  timeoutInSeconds?: number,
): Draft {
  const taskScheduledEventDetails = {
    ...service,
    region,
    parameters: JSON.stringify(parameters),
    ...(timeoutInSeconds !== undefined && { timeoutInSeconds }),
  };
  return { type: 'TaskScheduled', details: { taskScheduledEventDetails } };
}

export function taskStarted(service: TaskService): Draft {
  return { type: 'TaskStarted', details: { taskStartedEventDetails: service } };
}

export function taskAnswered(type: 'Submitted' | 'Succeeded', service: TaskService, output: Json): Draft {
  return {
    type: `Task${type}`,
    details: {
      [`task${type}EventDetails`]: { ...service, output: JSON.stringify(output), outputDetails: { truncated: false } },
    },
  };
}

export function taskEnded(type: 'Failed' | 'TimedOut', service: TaskService, error: string, cause: string): Draft {
  return {
    type: `Task${type}`,
    details: { [`task${type}EventDetails`]: { ...service, error, ...(cause && { cause }) } },
  };
}
