import { PutObjectCommand } from '@aws-sdk/client-s3';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { handler } from '../../functions/triggers/sns/handler.ts';
import { functionsAlone } from './functions-alone.ts';
import { context, sample } from './lambda.ts';

const { sfn, s3, starts, events } = functionsAlone({ JOB: 'hello-world' });

// biome-ignore lint/suspicious/noExplicitAny: these tests send what is no event
const invoke = (Records: unknown): Promise<any> => handler({ Records } as any, context) as Promise<any>;

function message(MessageId: string, more: object = {}) {
  const [one] = sample('SnsTrigger').Records;
  return { ...one, Sns: { ...one.Sns, MessageId, ...more } };
}
const idOf = async (one: unknown): Promise<string> => (await invoke([one]))[0].id;

test('a message starts its job, which gets the event as SNS sent it', async () => {
  const event = sample('SnsTrigger');
  expect(await invoke(event.Records)).toMatchObject([{ started: true }]);
  expect(JSON.parse(starts()[0]?.input ?? '')).toMatchObject({ job: 'hello-world', source: 'sns' });
  expect(events()).toEqual([event]);
});

test('the same message delivered again, on whatever subscription, has the same id, and no other message has', async () => {
  const text = fc.constantFrom('a', 'b', 'a"', 'arn:aws:sns:us-east-1:000000000000:a');
  await fc.assert(
    fc.asyncProperty(text, text, text, text, async (id, TopicArn, otherId, otherTopic) => {
      const again = {
        ...message(id, { TopicArn, Timestamp: 'later', Signature: 'new' }),
        EventSubscriptionArn: 'other',
      };
      const first = await idOf(message(id, { TopicArn }));
      expect(first).toBe(await idOf(again));
      const isSame = first === (await idOf(message(otherId, { TopicArn: otherTopic })));
      expect(isSame).toBe(id === otherId && TopicArn === otherTopic);
    }),
  );
});

test('whatever arrives, every good message is started, and a bad one fails the invocation, which SNS then keeps', async () => {
  const damaged = fc.oneof(
    fc.jsonValue(),
    fc.jsonValue().map((Sns) => ({ ...message('x'), Sns })),
    fc.constantFrom('MessageId', 'TopicArn').map((member) => message('x', { [member]: null })),
  );
  const any = fc.oneof(
    damaged.map((one) => ({ one, isGood: false })),
    fc.uuid().map((id) => ({ one: message(id) as unknown, isGood: true })),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(any, { minLength: 1, maxLength: 5 }), async (all) => {
      sfn.resetHistory();
      const outcome = await invoke(all.map(({ one }) => one)).catch((error: Error) => error);
      const started = events().flatMap(({ Records }) => Records);
      for (const { one } of all.filter(({ isGood }) => isGood)) expect(started).toContainEqual(one);
      expect(outcome instanceof Error).toBe(started.length < all.length);
    }),
  );
  for (const records of [undefined, null, 7, [], {}]) await expect(invoke(records)).rejects.toThrow(/Records/);
});

test('a message of any size up to 1 MiB arrives as it was published', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 1_048_576 }),
      fc.constantFrom('a', '"', '\u0001'),
      async (size, text) => {
        for (const client of [sfn, s3]) client.resetHistory();
        const one = message('a', { Message: text.repeat(size) });
        await invoke([one]);
        const { input = '' } = starts()[0]!;
        expect(Buffer.byteLength(input)).toBeLessThan(262_144);
        const [stored] = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);
        expect(JSON.parse(stored ? String(stored.Body) : JSON.parse(input).event)).toEqual({ Records: [one] });
      },
    ),
    { numRuns: 15, examples: [[1_048_576, '"']] },
  );
});

test.each(['ThrottlingException', 'InvalidExecutionInput'])(
  'an answer %s fails the invocation: Lambda tries again, then keeps the event',
  async (name) => {
    sfn.on(StartExecutionCommand).rejects(Object.assign(new Error('no'), { name }));
    await expect(invoke([message('a')])).rejects.toMatchObject({ name, message: '1 of 1 not started: no' });
  },
);
