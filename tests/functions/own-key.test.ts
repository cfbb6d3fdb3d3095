import { readFileSync } from 'node:fs';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { defineJob } from 'longhaul';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { jobs } from '../../containers/jobs.ts';
import { handler as sns } from '../../functions/triggers/sns/handler.ts';
import { handler as sqs } from '../../functions/triggers/sqs/handler.ts';
import { mocked } from '../mocked.ts';
import { functionsAlone } from './functions-alone.ts';
import { context, sample } from './lambda.ts';

const { uniqueJobs } = vi.hoisted(() => ({ uniqueJobs: {} as Record<string, () => Promise<unknown>> }));
vi.mock('../../containers/unique.ts', () => ({ uniqueJobs }));

/** An order, as the body of an SQS message or as what SNS publishes. */
const order = z.string().transform((text) => JSON.parse(text) as { order?: unknown });
const input = z.union([
  z.object({ Records: z.tuple([z.object({ body: order })]) }).transform(({ Records }) => Records[0].body),
  z
    .object({ Records: z.tuple([z.object({ Sns: z.object({ Message: order }) })]) })
    .transform(({ Records }) => Records[0].Sns.Message),
]);
uniqueJobs.ship = async () => defineJob({ name: 'ship', input, unique: (one) => one.order as string });

const { sfn } = functionsAlone({
  JOB: 'ship',
  BATCHING: 'record',
  DEAD_LETTER_QUEUE_URL: 'https://sqs/dead',
  MAX_RECEIVES: '5',
});

const queue = mocked(SQSClient);
beforeEach(() => {
  queue.reset();
  queue.on(SendMessageCommand).resolves({});
});

const names = () => sfn.commandCalls(StartExecutionCommand).map(({ args }) => args[0].input.name);
const reasons = () =>
  queue
    .commandCalls(SendMessageCommand)
    .map(({ args }) => args[0].input.MessageAttributes?.['Longhaul.Reason']?.StringValue);

function message(messageId: string, body: string, key?: string) {
  const [one] = sample('SqsTrigger').Records;
  const messageAttributes = key === undefined ? {} : { IdempotencyKey: { stringValue: key, dataType: 'String' } };
  return { ...one, messageId, body, messageAttributes };
}
const published = (Message: string) => {
  const event = sample('SnsTrigger');
  event.Records[0].Sns.Message = Message;
  return event;
};

describe('a job that says what makes its input unique', () => {
  test('is started once for it, whatever the message and whatever the source', async () => {
    await sqs({ Records: [message('a', '{"order":"17"}'), message('b', '{"order":"17"}', 'key')] }, context);
    await sns(published('{"order":"17","again":true}'), context);
    expect(names()).toHaveLength(3);
    expect(new Set(names()).size).toBe(1);
    await sqs({ Records: [message('a', '{"order":"18"}')] }, context);
    expect(new Set(names()).size).toBe(2);
  });

  test.each([
    ['no input of the job', 'no JSON', /SyntaxError|does not take|JSON/],
    ['an input without the key', '{}', /unique\(\) of ship must give a string that is not empty; it gave undefined/],
    ['an empty key', '{"order":""}', /it gave an empty string/],
  ])('makes a dead letter of a message that is %s, and starts the others', async (_, body, reason) => {
    const answer = await sqs({ Records: [message('a', body), message('b', '{"order":"1"}')] }, context);
    expect(answer).toEqual({ batchItemFailures: [] });
    expect(names()).toHaveLength(1);
    expect(reasons()).toEqual([expect.stringMatching(reason)]);
  });
});

test('every job with a key of its own is one of those whose definition triggers load, and no other is', async () => {
  const { uniqueJobs: real } =
    await vi.importActual<typeof import('../../containers/unique.ts')>('../../containers/unique.ts');
  expect(Object.keys(real).sort()).toEqual(
    jobs
      .filter(({ unique }) => unique)
      .map(({ name }) => name)
      .sort(),
  );
  for (const [name, load] of Object.entries(real)) expect((await load()).name).toBe(name);
  // Loaded when it is needed: what a trigger needs at its start has no schema in it.
  expect(readFileSync(new URL('../../containers/unique.ts', import.meta.url), 'utf8')).not.toMatch(/^import (?!type)/m);
});
