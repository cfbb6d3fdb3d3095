import { DatabaseSync } from 'node:sqlite';
import { SFNClient } from '@aws-sdk/client-sfn';
import { onTestFinished } from 'vitest';
import { StateError, type TaskRunner } from '../../longhaul/asl/index.ts';
import { startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { StateMachines, statesService } from '../../longhaul/engine/services/states/index.ts';
import { ManualClock } from './manual-clock.ts';

const ARN = 'arn:aws:states:us-east-1:000000000000';
export const machineArn = `${ARN}:stateMachine:work`;
export const executionArn = (name: string) => `${ARN}:execution:work:${name}`;

/** Waits until a time that its input names, or does the work of a task. */
const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Pick',
  States: {
    Pick: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $exists($states.input.until) %}', Next: 'Sleep' }],
      Default: 'Work',
    },
    Sleep: { Type: 'Wait', Timestamp: '{% $states.input.until %}', Next: 'Work' },
    Work: { Type: 'Task', Resource: 'arn:aws:states:::test:work', Assign: { done: true }, End: true },
  },
};

/** A task that answers with what it is given, and fails when that says so. */
const echo: TaskRunner = async ({ arguments: given }) => {
  const { fail } = (given ?? {}) as { fail?: string };
  if (fail) throw new StateError('Work.Failed', fail);
  return given;
};

export interface StatesFixture {
  client: SFNClient;
  url: string;
  machines: StateMachines;
  clock: ManualClock;
}

/**
 * The state machine `work` behind an endpoint, on a database that may have been another engine's before.
 * @param after - milliseconds since the beginning of 2026 at which it starts
 */
export async function states({
  db = new DatabaseSync(':memory:'),
  run = echo,
  after = 0,
} = {}): Promise<StatesFixture> {
  const clock = new ManualClock(new Date(Date.UTC(2026, 0, 1) + after).toISOString());
  const machine = {
    arn: machineArn,
    name: 'work',
    roleArn: 'arn:aws:iam::000000000000:role/work',
    definition: JSON.stringify(definition),
    creationDate: clock.now(),
  };
  const machines = new StateMachines({ db, machines: [machine], run, clock });
  const endpoint = await startEndpoint({ port: 0, services: [statesService(machines)] });
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  const client = new SFNClient({ endpoint: endpoint.url, region: 'us-east-1', credentials, maxAttempts: 1 });
  onTestFinished(async () => {
    client.destroy();
    await machines.close();
    await endpoint.close();
  });
  return { client, url: endpoint.url, machines, clock };
}
