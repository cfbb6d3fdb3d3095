import { PutObjectCommand } from '@aws-sdk/client-s3';
import { ExecutionAlreadyExists, StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { handler } from '../../functions/triggers/sqs/handler.ts';
import { mocked } from '../mocked.ts';
import { functionsAlone } from './functions-alone.ts';
import { context, sample } from './lambda.ts';

const sqs = mocked(SQSClient);
const deadLetters = 'https://sqs.us-east-1.amazonaws.com/000000000000/dead-letters';
const standard = 'arn:aws:sqs:us-east-1:000000000000:queue';
const fifo = `${standard}.fifo`;

const { sfn, s3, starts, events } = functionsAlone({
  JOB: 'hello-world',
  BATCHING: 'record',
  DEAD_LETTER_QUEUE_URL: deadLetters,
  MAX_RECEIVES: '3',
});

beforeEach(() => {
  sqs.reset();
  sqs.on(SendMessageCommand).resolves({});
});

interface Message {
  body?: string;
  key?: unknown;
  receives?: number;
  group?: string;
  queue?: string;
  messageAttributes?: object;
  attributes?: object;
}

/** A message like the sample's. */
function message(messageId: string, { body, key, receives = 1, group, queue, ...more }: Message = {}) {
  const [one] = sample('SqsTrigger').Records;
  const attribute = { stringValue: key, stringListValues: [], binaryListValues: [], dataType: 'String' };
  return {
    ...one,
    messageId,
    body: body ?? `body of ${messageId}`,
    attributes: {
      ...one.attributes,
      ApproximateReceiveCount: String(receives),
      ...(group && { MessageGroupId: group }),
      ...more.attributes,
    },
    messageAttributes: { ...(key !== undefined && { IdempotencyKey: attribute }), ...more.messageAttributes },
    eventSourceARN: queue ?? standard,
  };
}

// biome-ignore lint/suspicious/noExplicitAny: these tests send what is no event
const invoke = (Records: unknown): Promise<any> => handler({ Records } as any, context) as Promise<any>;
const startedIds = () => events().map(({ Records }) => Records[0].messageId);
const sent = () => sqs.commandCalls(SendMessageCommand).map(({ args }) => args[0].input);
const failed = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const throttled = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });

/** StartExecution fails for messages whose body says so. */
function failing(error: Error, ...bodies: string[]) {
  sfn.on(StartExecutionCommand).callsFake(({ input }) => {
    if (bodies.some((body) => input.includes(body))) throw error;
    return {};
  });
}

describe('a batch', () => {
  test('starts an execution per message, with an event of that message alone', async () => {
    const records = [message('a'), message('b')];
    expect(await invoke(records)).toEqual(failed());
    expect(events()).toEqual([{ Records: [records[0]] }, { Records: [records[1]] }]);
    expect(JSON.parse(starts()[0]?.input ?? '')).toMatchObject({ job: 'hello-world', source: 'sqs' });
  });

  test('starts one execution for all messages when the trigger batches, and the bad one goes elsewhere', async () => {
    vi.stubEnv('BATCHING', 'batch');
    const [one, bad, other] = [message('a'), message('b', { key: null }), message('c')];
    expect(await invoke([one, bad, other])).toEqual(failed());
    expect(events()).toEqual([{ Records: [one, other] }]);
    expect(sent()).toMatchObject([{ MessageBody: 'body of b' }]);
    failing(throttled, 'body of');
    expect(await invoke([one, other])).toEqual(failed('a', 'c'));
  });
});

describe('identity', () => {
  const idOf = async (one: unknown) => {
    sfn.resetHistory();
    await invoke([one]);
    return starts()[0]?.name;
  };

  test('the same message delivered again has the same id, whatever SQS says of the delivery', async () => {
    const again = { ...message('a', { receives: 2 }), receiptHandle: 'another' };
    expect(await idOf(message('a'))).toBe(await idOf(again));
  });

  test('messages of one IdempotencyKey are one event, whatever their ids and queues', async () => {
    const text = fc.string({ minLength: 1, maxLength: 255 });
    await fc.assert(
      fc.asyncProperty(text, text, fc.uuid(), fc.uuid(), async (key, other, id, otherId) => {
        const first = await idOf(message(id, { key }));
        expect(first).toBe(await idOf(message(otherId, { key, queue: `${standard}-2` })));
        expect(first === (await idOf(message(id, { key: other })))).toBe(key === other);
      }),
      { numRuns: 50 },
    );
  });

  test('without one, messages that differ in queue or message id are different events', async () => {
    const text = fc.constantFrom('a', 'b', 'key', 'a"', 'a,b', standard);
    await fc.assert(
      fc.asyncProperty(text, text, text, text, async (id, queue, otherId, otherQueue) => {
        const isSame = (await idOf(message(id, { queue }))) === (await idOf(message(otherId, { queue: otherQueue })));
        expect(isSame).toBe(id === otherId && queue === otherQueue);
      }),
    );
  });

  test('a message that had been started before is a success', async () => {
    sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: 'exists', $metadata: {} }));
    expect(await invoke([message('a')])).toEqual(failed());
    expect(sent()).toEqual([]);
  });
});

describe('a message that can never work', () => {
  test.each([
    [
      'a binary IdempotencyKey',
      message('bad', { key: null }),
      /MalformedEventError: 'messageAttributes.IdempotencyKey/,
    ],
    ['an IdempotencyKey that is too long', message('bad', { key: 'k'.repeat(256) }), /255 characters; it has 256/],
  ])(
    'for %s goes to the dead letters at once, with reason, source and identity, and the others start',
    async (_, bad, reason) => {
      expect(await invoke([message('a'), bad, message('c')])).toEqual(failed());
      expect(startedIds()).toEqual(['a', 'c']);
      expect(sent()).toMatchObject([
        {
          QueueUrl: deadLetters,
          MessageBody: bad.body,
          MessageAttributes: {
            'Longhaul.Reason': { StringValue: expect.stringMatching(reason) },
            'Longhaul.Source': { StringValue: standard },
            'Longhaul.Identity': { StringValue: 'bad' },
          },
        },
      ]);
    },
  );

  test.each(['InvalidName', 'InvalidExecutionInput', 'ValidationException'])(
    'because Step Functions answers %s goes there at once',
    async (name) => {
      failing(Object.assign(new Error('no'), { name }), 'body of b');
      expect(await invoke([message('a'), message('b')])).toEqual(failed());
      expect(sent()).toMatchObject([{ MessageAttributes: { 'Longhaul.Reason': { StringValue: `${name}: no` } } }]);
    },
  );

  test('because the trigger names no possible job goes there at once', async () => {
    vi.stubEnv('JOB', 'No Job');
    expect(await invoke([message('a')])).toEqual(failed());
    expect(sent()[0]?.MessageAttributes?.['Longhaul.Reason']?.StringValue).toContain("'No Job'");
  });

  test('keeps its own attributes, binary ones too', async () => {
    const messageAttributes = {
      Kind: { stringValue: 'order', dataType: 'String.kind', stringListValues: [], binaryListValues: [] },
      Raw: { binaryValue: 'AP8=', dataType: 'Binary', stringListValues: [], binaryListValues: [] },
    };
    await invoke([message('a', { key: '', messageAttributes })]);
    expect(sent()[0]?.MessageAttributes).toMatchObject({
      Kind: { DataType: 'String.kind', StringValue: 'order' },
      Raw: { DataType: 'Binary', BinaryValue: Buffer.from([0, 255]) },
    });
  });

  test('in a FIFO queue does not hold up its group', async () => {
    const of = (id: string, key?: unknown) => message(id, { queue: fifo, group: 'g', key });
    vi.stubEnv('DEAD_LETTER_QUEUE_URL', `${deadLetters}.fifo`);
    expect(await invoke([of('a'), of('b', null), of('c')])).toEqual(failed());
    expect(startedIds()).toEqual(['a', 'c']);
    expect(sent()).toMatchObject([
      {
        MessageGroupId: 'b',
        MessageDeduplicationId: 'b',
        MessageAttributes: { 'Longhaul.Group': { StringValue: 'g' } },
      },
    ]);
  });

  test('does not hold up its group either when it cannot be sent there: SQS moves it alone', async () => {
    const of = (id: string, more: Message = {}) => message(id, { queue: fifo, group: 'g', ...more });
    vi.stubEnv('DEAD_LETTER_QUEUE_URL', `${deadLetters}.fifo`);
    sqs.on(SendMessageCommand).rejects(throttled);
    expect(await invoke([of('a'), of('b', { key: null }), of('c')])).toEqual(failed('b'));
    expect(startedIds()).toEqual(['a', 'c']);
  });

  test('keeps as many attributes as have room, before the name of its group', async () => {
    const own = Object.fromEntries([...'1234567'].map((name) => [name, { stringValue: 'x', dataType: 'String' }]));
    const bad = message('a', { queue: fifo, group: 'g', messageAttributes: own });
    vi.stubEnv('JOB', 'No Job');
    expect(await invoke([bad])).toEqual(failed());
    const { MessageAttributes = {} } = sent()[0]!;
    expect(Object.keys(MessageAttributes)).toHaveLength(10);
    expect(MessageAttributes).not.toHaveProperty('Longhaul.Group');
  });
});

describe('a message that fails', () => {
  test.each([
    throttled,
    Object.assign(new Error('gone'), { name: 'StateMachineDoesNotExist' }),
    Object.assign(new Error('not now'), { name: 'TimeoutError' }),
  ])('by $name is reported, and only it is, before its last receive', async (error) => {
    failing(error, 'body of b');
    expect(await invoke([message('a'), message('b', { receives: 2 }), message('c')])).toEqual(failed('b'));
    expect(sent()).toEqual([]);
  });

  test('on its last receive goes to the dead letters with the reason', async () => {
    failing(throttled, 'body of b');
    expect(await invoke([message('a'), message('b', { receives: 3 })])).toEqual(failed());
    expect(sent()).toMatchObject([
      {
        MessageBody: 'body of b',
        MessageAttributes: { 'Longhaul.Reason': { StringValue: 'ThrottlingException: Rate exceeded' } },
      },
    ]);
  });

  test('because its event could not be stored is reported', async () => {
    s3.on(PutObjectCommand).rejects(Object.assign(new Error('Reduce your request rate'), { name: 'SlowDown' }));
    expect(await invoke([message('large', { body: 'x'.repeat(10_000) }), message('b')])).toEqual(failed('large'));
    expect(startedIds()).toEqual(['b']);
  });

  test.each([
    ['the dead-letter queue cannot be reached', () => sqs.on(SendMessageCommand).rejects(throttled), {}],
    [
      'it has so many attributes that no reason fits',
      () => {},
      {
        messageAttributes: Object.fromEntries(
          [...'12345678'].map((name) => [name, { stringValue: 'x', dataType: 'String' }]),
        ),
      },
    ],
  ])('and %s, is left to SQS', async (_, arrange, more) => {
    arrange();
    expect(await invoke([message('a', { key: null, receives: 3, ...more }), message('b')])).toEqual(failed('a'));
  });

  test('in a FIFO queue keeps those behind it in its group from starting, and no other group', async () => {
    failing(throttled, 'body of 2');
    const of = (id: string, group: string) => message(id, { queue: fifo, group });
    const batch = [of('1', 'g'), of('2', 'g'), of('3', 'g'), of('4', 'other')];
    expect(await invoke(batch)).toEqual(failed('2', '3'));
    expect(startedIds().sort()).toEqual(['1', '2', '4']);
  });

  test('in a FIFO queue on its last receive holds up none, even when it cannot be sent to the dead letters', async () => {
    failing(throttled, 'body of 1');
    sqs.on(SendMessageCommand).rejects(throttled);
    const of = (id: string, receives: number) => message(id, { queue: fifo, group: 'g', receives });
    expect(await invoke([of('1', 3), of('2', 3)])).toEqual(failed('1'));
    expect(startedIds()).toEqual(['1', '2']);
  });

  test('in a standard queue with groups (fair queues) keeps none from starting', async () => {
    failing(throttled, 'body of 1');
    expect(await invoke([message('1', { group: 'g' }), message('2', { group: 'g' })])).toEqual(failed('1'));
  });

  test('that came out of the dead letters stays there: the invocation fails, with the reason', async () => {
    const dead = message('a', { key: null, receives: 9, attributes: { DeadLetterQueueSourceArn: standard } });
    await expect(invoke([dead])).rejects.toThrow("'messageAttributes.IdempotencyKey.stringValue'");
    expect(sent()).toEqual([]);
  });
});

test('a message of any size up to 1 MiB starts its job, with its event in S3 where it is too large for the input', async () => {
  const sizes = fc.integer({ min: 1, max: 1_048_576 });
  await fc.assert(
    fc.asyncProperty(sizes, fc.constantFrom('a', '"', '\\', '\n'), async (size, character) => {
      for (const client of [sfn, s3]) client.resetHistory();
      const one = message('a', { body: character.repeat(size) });
      expect(await invoke([one])).toEqual(failed());
      const { input = '' } = starts()[0]!;
      expect(Buffer.byteLength(input)).toBeLessThan(262_144);
      const [stored] = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);
      expect(JSON.parse(stored ? String(stored.Body) : JSON.parse(input).event)).toEqual({ Records: [one] });
    }),
    {
      numRuns: 20,
      examples: [
        [1, 'a'],
        [1_048_576, '"'],
      ],
    },
  );
});

test('whatever arrives, no good message is lost beside a bad one, and every bad one is reported or a dead letter', async () => {
  const damaged = fc.oneof(
    fc.jsonValue(),
    fc
      .tuple(fc.constantFrom('attributes', 'messageAttributes', 'body', 'messageId', 'eventSourceARN'), fc.jsonValue())
      .map(([member, value]) => ({ ...message('bad'), [member]: value })),
    fc.jsonValue().map((key) => ({ ...message('bad'), messageAttributes: { IdempotencyKey: key } })),
  );
  const any = fc.oneof(
    damaged.map((one) => ({ one, isGood: false })),
    fc.uuid().map((id) => ({ one: message(id) as unknown, isGood: true })),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(any, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('record', 'batch'),
      async (all, batching) => {
        vi.stubEnv('BATCHING', batching);
        for (const client of [sfn, sqs]) client.resetHistory();
        const outcome = await invoke(all.map(({ one }) => one)).catch((error: Error) => error);
        const started = events().flatMap(({ Records }) => Records);
        for (const { one } of all.filter(({ isGood }) => isGood)) expect(started).toContainEqual(one);
        const notStarted = all.length - started.length;
        if (outcome instanceof Error) expect(outcome.message).not.toBe('');
        else expect(sent().length + outcome.batchItemFailures.length).toBe(notStarted);
      },
    ),
  );
  for (const records of [undefined, null, 7, 'text', [], {}]) await expect(invoke(records)).rejects.toThrow(/Records/);
});
