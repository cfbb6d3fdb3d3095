import fc from 'fast-check';
import { expect, test } from 'vitest';
import { handler } from '../../functions/triggers/eventbridge/handler.ts';
import { functionsAlone } from './functions-alone.ts';
import { context, environment, sample } from './lambda.ts';

const { inputs } = functionsAlone({ JOB: 'hello-world', BATCHING: 'record' });

// biome-ignore lint/suspicious/noExplicitAny: these tests send what is no event
const invoke = (event: any) => handler(event, context) as unknown as Promise<{ id: string }[]>;

test('an event starts the job, which gets it as EventBridge delivered it', async () => {
  const event = sample('EventBridgeTrigger');
  expect(await invoke(event)).toHaveLength(1);
  expect(inputs()).toMatchObject([{ job: 'hello-world', source: 'eventbridge' }]);
  expect(JSON.parse(inputs()[0].event)).toEqual(event);
});

test('one event has one id whatever else it says, and events that differ in source or id have ids of their own', async () => {
  const text = fc.constantFrom('a', 'b', 'a,b', 'aws.s3', '"', '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa');
  const identity = fc.tuple(text, text);
  const idOf = async ([source, id]: [string, string], rest: object) =>
    (await invoke({ ...sample('EventBridgeTrigger'), ...rest, source, id }))[0]?.id;
  await fc.assert(
    fc.asyncProperty(identity, identity, fc.object(), async (one, other, rest) => {
      expect((await idOf(one, rest)) === (await idOf(other, {}))).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
  );
});

test('whatever arrives instead of an event is refused with what is wrong, and starts nothing', async () => {
  const damaged = fc.oneof(
    fc.jsonValue(),
    fc
      .constantFrom('id', 'source')
      .chain((member) =>
        fc
          .constantFrom(undefined, null, '', 7, [], {})
          .map((value) => ({ ...sample('EventBridgeTrigger'), [member]: value })),
      ),
  );
  await fc.assert(
    fc.asyncProperty(damaged, async (event) => {
      await expect(invoke(event)).rejects.toMatchObject({ name: 'MalformedEventError', message: /./ });
    }),
  );
  expect(inputs()).toEqual([]);
});

test('an event of 1 MiB less the envelope is started, by its place in S3', async () => {
  const event = { ...sample('EventBridgeTrigger'), detail: { large: '"'.repeat(500_000) } };
  const [started] = await invoke(event);
  expect(inputs()).toMatchObject([
    { eventUri: `s3://${environment.ARTIFACTS_BUCKET}/executions/${started?.id}/event.json` },
  ]);
});
