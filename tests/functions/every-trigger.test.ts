import { PutObjectCommand } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import { mocked } from '../mocked.ts';
import { deliver, type Loose, SECRET, type Trigger, triggers } from './every-trigger.ts';
import { functionsAlone } from './functions-alone.ts';

const { sfn, s3, starts } = functionsAlone({
  ANSWERS_TABLE: '',
  JOB: 'hello-world',
  BATCHING: 'record',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/dead-letters',
  MAX_RECEIVES: '5',
  WEBHOOK_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:s-AAAAAA',
});

const sqs = mocked(SQSClient);
const secrets = mocked(SecretsManagerClient);

beforeEach(() => {
  sqs.reset();
  secrets.reset();
  sqs.on(SendMessageCommand).resolves({});
  secrets.on(GetSecretValueCommand).resolves({ SecretString: SECRET });
});

const stored = () => s3.commandCalls(PutObjectCommand).map(({ args }) => args[0].input);
const forget = () => {
  sfn.resetHistory();
  s3.resetHistory();
};
const failing = (more: object) => Object.assign(new Error('failed'), more);

/** How the one who is to hear of it hears that an event was not started. */
async function expectTold(trigger: Trigger, event: Loose, id: string, status: number) {
  const outcome = deliver(trigger, event, id);
  if (trigger.tells === 'queue') expect(await outcome).toEqual({ batchItemFailures: [{ itemIdentifier: id }] });
  else if (trigger.tells === 'caller') expect(await outcome).toMatchObject({ statusCode: status });
  // Lambda tries the event again; a stream halves the batch, or tries it again.
  else await expect(outcome).rejects.toThrow('1 of 1 not started: failed');
}

describe.each(triggers)('a trigger of $name', (trigger) => {
  const idOf = async (id: string, text: string) => {
    forget();
    await deliver(trigger, trigger.event(id, text), id);
    expect(starts()).toHaveLength(1);
    return starts()[0]?.name;
  };

  test('gives one event one id however often it comes, and two events two', async () => {
    const text = fc.constantFrom('a', 'b', 'a,b', '"', '\u{1f600}', '["a"]');
    await fc.assert(
      fc.asyncProperty(text, text, async (one, other) => {
        const first = await idOf(one, 'content');
        expect(await idOf(one, 'content')).toBe(first);
        expect((await idOf(other, 'content')) === first).toBe(one === other);
      }),
      { numRuns: 30 },
    );
  });

  test('hands over an event of any size whole, and nothing that Step Functions could not take', async () => {
    const character = fc.constantFrom('a', '"', '\\', '\n', '\u0001', 'ü', '\u2028', '\u{1f600}');
    const size = fc.integer({ min: 1, max: trigger.largest });
    const examples: [string, number][] = [
      ['"', trigger.largest],
      ['\u{1f600}', trigger.largest],
      ['a', 1],
    ];
    await fc.assert(
      fc.asyncProperty(character, size, async (one, bytes) => {
        forget();
        const text = one.repeat(Math.max(1, Math.floor(bytes / Buffer.byteLength(one))));
        const event = trigger.event('id', text);
        await deliver(trigger, event, 'id');
        const [{ input = '', name } = {}] = starts();
        expect(Buffer.byteLength(input)).toBeLessThan(262_144);
        const given = JSON.parse(input);
        const [object] = stored();
        if (object) expect(given.eventUri).toBe(`s3://${object.Bucket}/executions/${name}/event.json`);
        expect(JSON.parse(object ? String(object.Body) : given.event)).toEqual(event);
      }),
      { numRuns: 8, examples },
    );
  });

  test.each([
    ['throttled', { name: 'ThrottlingException', $fault: 'client', $metadata: { httpStatusCode: 400 } }, 503],
    ['overloaded', { name: 'ServiceUnavailable', $fault: 'server', $metadata: { httpStatusCode: 503 } }, 503],
    ['full', { name: 'ExecutionLimitExceeded', $fault: 'client', $metadata: { httpStatusCode: 400 } }, 503],
    ['broken', { name: 'InternalFailure', $fault: 'server', $metadata: { httpStatusCode: 500 } }, 502],
    ['forbidden', { name: 'AccessDeniedException', $fault: 'client', $metadata: { httpStatusCode: 400 } }, 502],
    ['unreachable', { code: 'ECONNREFUSED' }, 502],
    ['slow', { name: 'TimeoutError' }, 503],
  ])('says so when Step Functions is %s, and starts the event when it comes again', async (_how, error, status) => {
    sfn.on(StartExecutionCommand).rejectsOnce(failing(error)).resolves({});
    const event = trigger.event('id', 'text');
    await expectTold(trigger, event, 'id', status);
    const [first] = starts();
    await deliver(trigger, event, 'id');
    expect(starts()).toEqual([first, first]);
  });

  test('answers or says what is wrong, whatever the event is', async () => {
    const whole = trigger.event('id', 'text');
    const paths = pathsOf(whole);
    const mutated = fc
      .tuple(fc.constantFrom(...paths), fc.oneof(fc.jsonValue(), fc.constantFrom(undefined, null, '', [], {})))
      .map(([path, value]) => changed(whole, path, value));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.jsonValue(), mutated), async (event) => {
        forget();
        const outcome = await deliver(trigger, event, 'id').catch((error: Error) => error);
        if (outcome instanceof Error)
          expect(outcome.message).not.toMatch(/^$|is not a function|Cannot read|not iterable/);
        else expect(outcome).toBeDefined();
      }),
      { numRuns: 300 },
    );
  });
});

test.each(triggers.filter(({ largest }) => largest > 8_192))(
  'a trigger of $name says so when a large event could not be stored, and starts nothing',
  async (trigger) => {
    const event = trigger.event('id', 'x'.repeat(20_000));
    s3.on(PutObjectCommand).rejects(
      failing({ name: 'SlowDown', $fault: 'server', $metadata: { httpStatusCode: 503 } }),
    );
    await expectTold(trigger, event, 'id', 503);
    expect(starts()).toEqual([]);
    // Another delivery was quicker: what it stored is the same event.
    s3.on(PutObjectCommand).rejects(failing({ name: 'PreconditionFailed' }));
    await deliver(trigger, event, 'id');
    expect(starts()).toHaveLength(1);
  },
);

/** The path of every member of an event: `['Records', '0', 's3']`. */
function pathsOf(value: Loose, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  const inner = Object.entries(value).flatMap(([key, member]) => pathsOf(member, [...path, key]));
  return path.length === 0 ? inner : [path, ...inner];
}

function changed(event: Loose, path: string[], value: unknown): Loose {
  const copy = structuredClone(event);
  const last = path.at(-1)!;
  const holder = path.slice(0, -1).reduce((at, key) => at[key], copy);
  holder[last] = value;
  return copy;
}
