import { isDeepStrictEqual } from 'node:util';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { ExecutionAlreadyExists, StartExecutionCommand } from '@aws-sdk/client-sfn';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { handler as dynamodb } from '../../functions/triggers/dynamodb/handler.ts';
import { handler as kinesis } from '../../functions/triggers/kinesis/handler.ts';
import { functionsAlone } from './functions-alone.ts';
import { context, sample } from './lambda.ts';

const throttled = Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' });

/** StartExecution fails for events that contain this text. */
function failing(text: string) {
  sfn.on(StartExecutionCommand).callsFake(({ input }) => {
    if (input.includes(text)) throw throttled;
    return {};
  });
}

const { sfn, s3, starts, events } = functionsAlone({ JOB: 'hello-world', BATCHING: 'batch' });

// biome-ignore lint/suspicious/noExplicitAny: records of different sources, damaged ones too
type Any = any;

const sources: {
  name: string;
  handler: (event: Any, context: Any) => Promise<unknown>;
  /** A record like the sample's. */
  record(id: string, stream?: string): Any;
  number(record: Any): string;
  members: string[];
}[] = [
  {
    name: 'dynamodb',
    handler: dynamodb as Any,
    record(id, stream = 'arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/1') {
      const [one] = sample('DynamoDbTrigger').Records;
      return { ...one, eventID: id, eventSourceARN: stream, dynamodb: { ...one.dynamodb, SequenceNumber: `1${id}` } };
    },
    number: (record) => record.dynamodb.SequenceNumber,
    members: ['dynamodb', 'eventID', 'eventSourceARN', 'eventName'],
  },
  {
    name: 'kinesis',
    handler: kinesis as Any,
    record(id, stream = 'arn:aws:kinesis:us-east-1:000000000000:stream/s') {
      const [one] = sample('KinesisTrigger').Records;
      const sequenceNumber = `1${id}`;
      return { ...one, eventID: `s:${id}`, eventSourceARN: stream, kinesis: { ...one.kinesis, sequenceNumber } };
    },
    number: (record) => record.kinesis.sequenceNumber,
    members: ['kinesis', 'eventID', 'eventSourceARN', 'eventName'],
  },
];

describe.each(sources)('$name', ({ handler, record, number, members }) => {
  const invoke = (Records: unknown): Promise<Any> => handler({ Records }, context);
  const failed = (one?: Any) => ({ batchItemFailures: one ? [{ itemIdentifier: number(one) }] : [] });

  test('a batch starts one execution with the whole event', async () => {
    const records = [record('a'), record('b')];
    expect(await invoke(records)).toEqual(failed());
    expect(events()).toEqual([{ Records: records }]);
  });

  test('in record mode each record starts an execution, with an event of that record alone', async () => {
    vi.stubEnv('BATCHING', 'record');
    const records = [record('a'), record('b')];
    expect(await invoke(records)).toEqual(failed());
    expect(events()).toEqual([{ Records: [records[0]] }, { Records: [records[1]] }]);
  });

  test('the same records delivered again have the same id; another stream, record or order has another', async () => {
    const idOf = async (...records: Any[]) => {
      sfn.resetHistory();
      await invoke(records);
      return starts()[0]?.name;
    };
    const text = fc.constantFrom('a', 'b', 'a,b', '"', 'ä');
    const batch = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(batch, batch, async (one, other) => {
        const of = (all: [string, string][]) => idOf(...all.map(([id, stream]) => record(id, stream)));
        expect((await of(one)) === (await of(other))).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  test('records that had been started before are a success', async () => {
    sfn.on(StartExecutionCommand).rejects(new ExecutionAlreadyExists({ message: 'exists', $metadata: {} }));
    expect(await invoke([record('a')])).toEqual(failed());
  });

  test('a batch that starts nothing fails as a whole, so that the source halves it', async () => {
    failing('"');
    await expect(invoke([record('a'), record('b')])).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  test('a bad record is reported by its number when the others are started', async () => {
    vi.stubEnv('BATCHING', 'record');
    failing('bad');
    const [one, bad, other] = [record('a'), record('bad'), record('c')];
    expect(await invoke([one, bad, other])).toEqual(failed(bad));
    const started = events().map(({ Records }) => Records[0]);
    expect(started).toEqual(expect.arrayContaining([one, other]));
    await expect(invoke([bad])).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  test('a large batch is stored, and tried again when that fails', async () => {
    const records = Array.from({ length: 100 }, (_, index) => record(`record-${index}`));
    expect(await invoke(records)).toEqual(failed());
    const [stored] = s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);
    expect(JSON.parse(String(stored?.Body))).toEqual({ Records: records });
    s3.on(PutObjectCommand).rejects(Object.assign(new Error('Reduce your request rate'), { name: 'SlowDown' }));
    await expect(invoke(records)).rejects.toMatchObject({ name: 'SlowDown' });
  });

  test('whatever arrives, nothing passes in silence, and in record mode every good record is started', async () => {
    vi.stubEnv('BATCHING', 'record');
    // As it arrives: JSON has no -0.
    const json = fc.json().map((text) => JSON.parse(JSON.stringify(JSON.parse(text))));
    const damaged = fc.oneof(
      json,
      fc.tuple(fc.constantFrom(...members), json).map(([member, value]) => ({ ...record('x'), [member]: value })),
    );
    const any = fc.oneof(
      damaged.map((one) => ({ one: one as Any, isGood: false })),
      fc.uuid().map((id) => ({ one: record(id), isGood: true })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(any, { minLength: 1, maxLength: 6 }), async (all) => {
        sfn.resetHistory();
        const outcome = await invoke(all.map(({ one }) => one)).catch((error: Error) => error);
        const started = events().map(({ Records }) => Records[0]);
        for (const { one } of all.filter(({ isGood }) => isGood)) expect(started).toContainEqual(one);
        if (outcome instanceof Error) {
          expect(outcome.message).not.toBe('');
          return;
        }
        const isComplete = started.length === all.length;
        const reported = outcome.batchItemFailures.map((failure: Any) => failure.itemIdentifier);
        expect(reported).toHaveLength(isComplete ? 0 : 1);
        const first = all.find(({ one }) => !started.some((event) => isDeepStrictEqual(event, one)));
        if (!isComplete) expect(reported).toEqual([number(first?.one)]);
      }),
    );
    for (const records of [undefined, null, 7, 'text', [], {}])
      await expect(invoke(records)).rejects.toThrow(/Records/);
  });
});
