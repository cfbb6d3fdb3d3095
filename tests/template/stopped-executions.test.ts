import { describe, expect, test } from 'vitest';
import { decodeFailedJob } from '../../longhaul/client/index.ts';
import { eventOf } from '../../longhaul/engine/services/events/event.ts';
import { executionEvent } from '../../longhaul/engine/services/events/execution-event.ts';
import { declared } from '../../longhaul/engine/services/events/from-template.ts';
import { targetInput } from '../../longhaul/engine/services/events/input.ts';
import { parsePattern } from '../../longhaul/engine/services/events/pattern/index.ts';
import type { Execution } from '../../longhaul/engine/services/states/store.ts';
import { loadStack } from '../../longhaul/engine/template/index.ts';
import { deployment } from '../engine/template-load.ts';
import { resources, root } from './templates.ts';

const { stack } = loadStack(`${root}/template.yaml`, deployment);
const { outputs } = stack;
const rule = declared(stack.resources).rules.find(({ name }) => name.includes('StoppedExecutions'))!;
const [target] = rule.targets;
const stateMachineArn = outputs.StateMachineArn ?? '';

const execution = (changes: Partial<Execution>) =>
  eventOf(
    executionEvent({
      arn: `${stateMachineArn.replace(':stateMachine:', ':execution:')}:hello-world-1`,
      name: 'hello-world-1',
      stateMachineArn,
      status: 'RUNNING',
      input: '{"job":"hello-world"}',
      output: null,
      error: null,
      cause: null,
      startDate: 1,
      stopDate: null,
      definition: '{}',
      ...changes,
    }),
  );

test('executions that could not report themselves are reported by a rule, and no others', () => {
  const fits = parsePattern(rule.pattern);
  const reported = (['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'] as const).filter((status) =>
    fits(execution({ status })),
  );
  expect(reported).toEqual(['TIMED_OUT', 'ABORTED']);
  // What the machine has caught it has reported; what nothing can catch has Step Functions' own names.
  expect(fits(execution({ status: 'FAILED', error: 'Job.Failed' }))).toBe(false);
  expect(fits(execution({ status: 'FAILED', error: 'States.Runtime' }))).toBe(true);
  expect(fits(execution({ status: 'SUCCEEDED', error: null }))).toBe(false);
  expect(fits(execution({ status: 'ABORTED', stateMachineArn: `${stateMachineArn}-of-somebody-else` }))).toBe(false);
});

test('their message has the shape of the one that the state machine sends', () => {
  const message = (changes: Partial<Execution>) => JSON.parse(targetInput(target!, execution(changes), rule));
  expect(message({ status: 'TIMED_OUT', error: 'States.Timeout', cause: 'too "slow"' })).toEqual({
    id: 'hello-world-1',
    job: null,
    error: 'Execution.TIMED_OUT',
    cause: { reason: 'too "slow"', error: 'States.Timeout' },
  });
  expect(message({ status: 'ABORTED' })).toMatchObject({ error: 'Execution.ABORTED', cause: { reason: '' } });
});

test('one that does not reach the queue is kept in another, from which it can be read', () => {
  const queue = stack.resources.find(({ path }) => path === 'Machinery/Undelivered');
  expect(queue).toBeDefined();
  expect(target?.DeadLetterConfig).toEqual({ Arn: queue?.attributes.Arn });
});

describe('who reads such a message with decodeFailedJob', () => {
  const read = (changes: Partial<Execution>) => decodeFailedJob(targetInput(target!, execution(changes), rule));
  const hash = '0123456789abcdef'.repeat(2);

  test.each([
    [`csv-report-${hash}`, 'csv-report'],
    [`csv-report-${hash}-r2`, 'csv-report'],
    ['to-be-stopped', undefined],
  ])('is told the job of %s', (name, job) => {
    expect(read({ name, status: 'ABORTED', error: 'Enough', cause: 'by hand' })).toEqual({
      id: name,
      ...(job !== undefined && { job }),
      error: 'Execution.ABORTED',
      cause: { reason: 'by hand', error: 'Enough' },
    });
  });

  test('is told what the state machine itself reports', () => {
    const message = { id: 'mine', job: 'csv-report', error: 'Job.Failed', cause: { reason: 'no', attempt: 3 } };
    expect(decodeFailedJob(JSON.stringify(message))).toEqual(message);
  });

  test('hears that another message is none of these', () => {
    expect(() => decodeFailedJob('{"Records":[]}')).toThrow('not a message of FailedJobs');
  });
});

test('goes to the FailedJobs queue, which takes messages of this rule only', () => {
  expect(target?.Arn).toBe(outputs.FailedJobsArn);
  const policies = resources('statemachines/template.yaml', 'AWS::SQS::QueuePolicy').filter(([, { Properties }]) =>
    Properties.Queues.includes('FailedJobs'),
  );
  const statements = policies.flatMap(([, { Properties }]) => Properties.PolicyDocument.Statement);
  expect(statements.filter(({ Effect }) => Effect === 'Allow')).toEqual([
    {
      Sid: 'StoppedExecutions',
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: 'FailedJobs.Arn',
      Condition: { ArnEquals: { 'aws:SourceArn': 'StoppedExecutions.Arn' } },
    },
  ]);
});
