import { Readable } from 'node:stream';
import { BatchClient } from '@aws-sdk/client-batch';
import { ECSClient } from '@aws-sdk/client-ecs';
import { GetObjectCommand, NoSuchKey, S3Client } from '@aws-sdk/client-s3';
import { GetExecutionHistoryCommand, type HistoryEvent, SFNClient } from '@aws-sdk/client-sfn';
import { sdkStreamMixin } from '@smithy/core/serde';
import { mockClient } from 'aws-sdk-client-mock';
import { beforeEach } from 'vitest';

// One execution of csv-report as AWS tells of it, without any history and artifacts until a test says otherwise.

export const sfn = mockClient(SFNClient);
export const s3 = mockClient(S3Client);
export const batch = mockClient(BatchClient);
export const ecs = mockClient(ECSClient);
export const stack = {
  stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:longhaul',
  artifactsBucket: 'artifacts',
};
export const startDate = new Date('2026-01-02T03:04:05.678Z');
export const stopDate = new Date('2026-01-02T04:04:05.678Z');
export const executionArn = 'arn:aws:states:us-east-1:000000000000:execution:longhaul:csv-report-1';
export const base = {
  executionArn,
  stateMachineArn: stack.stateMachineArn,
  startDate,
  input: '{"job":"csv-report","event":"{}","source":"s3"}',
};

export const queues = { spot: 'arn:spot', onDemand: 'arn:on-demand' };
export const environment = (attempt: number, interruptions: number) => [
  { Name: 'STP_TRIGGER_EVENT_DATA', Value: '{}' },
  { Name: 'STP_CURRENT_ATTEMPT', Value: `${attempt}` },
  { Name: 'STP_MAXIMUM_ATTEMPTS', Value: '3' },
  { Name: 'STP_INTERRUPTIONS', Value: `${interruptions}` },
];

let id = 0;
export const event = (type: string, details: object): HistoryEvent =>
  ({ id: ++id, type, timestamp: startDate, ...details }) as HistoryEvent;
export const exited = (spec: object) =>
  event('ChoiceStateExited', {
    stateExitedEventDetails: { name: 'Start', assignedVariables: { spec: JSON.stringify(spec) } },
  });
export const scheduled = (parameters: object) =>
  event('TaskScheduled', {
    taskScheduledEventDetails: {
      resourceType: 'x',
      resource: 'y',
      region: 'r',
      parameters: JSON.stringify(parameters),
    },
  });
export const submitted = (output: object) =>
  event('TaskSubmitted', {
    taskSubmittedEventDetails: { resourceType: 'x', resource: 'y', output: JSON.stringify(output) },
  });

/** The history, served the way that the service pages it. */
export function history(events: HistoryEvent[], pageSize = 100): void {
  sfn.on(GetExecutionHistoryCommand).callsFake(({ reverseOrder, nextToken = '0', maxResults }) => {
    const ordered = reverseOrder ? events.toReversed() : events;
    const end = Number(nextToken) + Math.min(pageSize, maxResults);
    return { events: ordered.slice(Number(nextToken), end), ...(end < ordered.length && { nextToken: `${end}` }) };
  });
}

export function artifacts(objects: Record<string, unknown>): void {
  s3.on(GetObjectCommand).callsFake(({ Key }) => {
    const value = objects[Key.replace('executions/csv-report-1/', '')];
    if (value === undefined) throw new NoSuchKey({ message: 'The specified key does not exist.', $metadata: {} });
    return { Body: sdkStreamMixin(Readable.from([JSON.stringify(value)])) };
  });
}

beforeEach(() => {
  sfn.reset();
  s3.reset();
  batch.reset();
  ecs.reset();
  artifacts({});
  history([]);
});
