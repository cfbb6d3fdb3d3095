import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { decodeLogs } from 'longhaul/runtime';
import { describe, expect, test, vi } from 'vitest';
import { handler } from '../../functions/triggers/logs/handler.ts';
import { functionsAlone } from './functions-alone.ts';
import { context, sample } from './lambda.ts';

const { inputs } = functionsAlone({ JOB: 'hello-world', BATCHING: 'record' });

// biome-ignore lint/suspicious/noExplicitAny: these tests send what is no event
const invoke = (event: any) => handler(event, context) as unknown as Promise<{ id: string }[]>;
const packed = (data: unknown, level = 6) => ({
  awslogs: { data: gzipSync(JSON.stringify(data) ?? '', { level }).toString('base64') },
});
const batch = (logGroup: string, logStream: string, ids: string[]) => ({
  messageType: 'DATA_MESSAGE',
  owner: '000000000000',
  logGroup,
  logStream,
  subscriptionFilters: ['filter'],
  logEvents: ids.map((id) => ({ id, timestamp: 1, message: `message of ${id}` })),
});

test('a batch of lines starts the job once, which gets it as CloudWatch Logs delivered it', async () => {
  const event = sample('LogsTrigger');
  expect(await invoke(event)).toHaveLength(1);
  expect(inputs()).toMatchObject([{ job: 'hello-world', source: 'logs' }]);
  expect(JSON.parse(inputs()[0].event)).toEqual(event);
});

test('one batch has one id however it is packed, and another stream or other lines have another', async () => {
  const name = fc.constantFrom('a', 'b', 'a,b', '"');
  const identity = fc.tuple(name, name, fc.array(name, { minLength: 1, maxLength: 3 }));
  const idOf = async (one: Parameters<typeof batch>, level: number) =>
    (await invoke(packed(batch(...one), level)))[0]?.id;
  await fc.assert(
    fc.asyncProperty(identity, identity, fc.integer({ min: 0, max: 9 }), async (one, other, level) => {
      expect((await idOf(one, level)) === (await idOf(other, 6))).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
  );
});

test.each(['record', 'batch'])('a control message starts nothing (%s)', async (batching) => {
  vi.stubEnv('BATCHING', batching);
  const control = { ...batch('', '', ['']), messageType: 'CONTROL_MESSAGE' };
  expect(await invoke(packed(control))).toEqual([]);
  expect(inputs()).toEqual([]);
});

test('whatever arrives instead of a batch is refused with what is wrong, and starts nothing', async () => {
  const good = batch('group', 'stream', ['1', '2']);
  const damaged = fc.oneof(
    fc.jsonValue(),
    fc.jsonValue().map((data) => ({ awslogs: { data } })),
    fc.base64String({ minLength: 1 }).map((data) => ({ awslogs: { data } })),
    fc.jsonValue().map(packed),
    fc
      .constantFrom('logGroup', 'logStream', 'logEvents')
      .chain((member) => fc.constantFrom(undefined, null, 7, {}).map((value) => packed({ ...good, [member]: value }))),
    fc.jsonValue().map((one) => packed({ ...good, logEvents: [...good.logEvents, one] })),
    fc.constant(packed({ ...good, logEvents: [] })),
  );
  await fc.assert(
    fc.asyncProperty(damaged, async (event) => {
      await expect(invoke(event)).rejects.toMatchObject({ name: 'MalformedEventError', message: /./ });
    }),
  );
  expect(inputs()).toEqual([]);
});

describe('decodeLogs', () => {
  test('unpacks what the trigger hands to a job', () => {
    expect(decodeLogs(sample('LogsTrigger'))).toMatchObject({
      logGroup: '/my/application',
      logStream: 'web-1',
      logEvents: [{ message: 'ERROR Außer Betrieb' }, { message: 'ERROR again' }],
    });
  });

  test('gives back whatever lines there were', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }).map((text) => text.toWellFormed())), (messages) => {
        const data = {
          ...batch('g', 's', []),
          logEvents: messages.map((message) => ({ id: '1', timestamp: 1, message })),
        };
        expect(decodeLogs(packed(data)).logEvents.map(({ message }) => message)).toEqual(messages);
      }),
    );
  });

  test.each([
    [undefined, "'awslogs.data' must be a string"],
    [{ awslogs: { data: '' } }, 'it is empty'],
    [{ awslogs: { data: 'bm8=' } }, 'base64 of gzip of JSON'],
    [packed([]), 'logGroup, logStream and a list logEvents'],
  ])('says of %j what is wrong with it', (event, message) => {
    expect(() => decodeLogs(event)).toThrow(message);
  });

  test('does not unpack what would fill the memory', () => {
    const data = gzipSync(Buffer.alloc(129 * 1024 * 1024, '0')).toString('base64');
    const tooLarge = expect.objectContaining({ code: 'ERR_BUFFER_TOO_LARGE' });
    expect(() => decodeLogs({ awslogs: { data } })).toThrow(expect.objectContaining({ cause: tooLarge }));
  });
});
