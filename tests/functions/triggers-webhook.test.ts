import { createHmac } from 'node:crypto';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { handler as github } from '../../functions/triggers/webhook/github.ts';
import { handler as stripe } from '../../functions/triggers/webhook/stripe.ts';
import { mocked } from '../mocked.ts';
import { functionsAlone } from './functions-alone.ts';
import { context, sample } from './lambda.ts';

const { logged, starts } = functionsAlone({ JOB: 'hello-world' });

const secrets = mocked(SecretsManagerClient);
let now = Date.UTC(2026, 0, 2);

/** Of a secret that no other test has asked for, so that nothing of it is kept. */
let arns = 0;
function secretOf(current: string, previous?: string): void {
  vi.stubEnv('WEBHOOK_SECRET_ARN', `arn:aws:secretsmanager:us-east-1:000000000000:secret:s${arns++}-AAAAAA`);
  holds(current, previous);
}
function holds(current: string, previous?: string): void {
  secrets.reset();
  secrets.on(GetSecretValueCommand, { VersionStage: 'AWSCURRENT' }).resolves({ SecretString: current });
  const none = Object.assign(new Error('none'), { name: 'ResourceNotFoundException' });
  const before = secrets.on(GetSecretValueCommand, { VersionStage: 'AWSPREVIOUS' });
  if (previous === undefined) before.rejects(none);
  else before.resolves({ SecretString: previous });
}

beforeEach(() => {
  now += 3_600_000;
  vi.spyOn(Date, 'now').mockImplementation(() => now);
  secretOf('right');
});

async function call(handler: typeof stripe, event: unknown) {
  const { statusCode, body } = (await handler(event as never, context)) as APIGatewayProxyStructuredResultV2;
  return { statusCode, body: JSON.parse(body ?? '') };
}

interface Sent {
  body?: string | Buffer;
  secret?: string;
  /** Seconds from now to the time that Stripe signed, and to the one that is said. */
  signedAt?: number;
  saidAt?: number;
  header?: string;
  id?: string;
}
const hmac = (secret: string, ...parts: (string | Buffer)[]) => {
  const mac = createHmac('sha256', secret);
  for (const part of parts) mac.update(part);
  return mac.digest('hex');
};
function delivered(name: string, body: string | Buffer, headers: Record<string, string>) {
  const event = sample(name);
  delete event.headers['stripe-signature'];
  delete event.headers['x-hub-signature-256'];
  delete event.headers['x-github-delivery'];
  Object.assign(event.headers, headers);
  const text = typeof body === 'string';
  return { ...event, body: text ? body : body.toString('base64'), isBase64Encoded: !text };
}
function fromStripe({ id = 'evt_1', body = JSON.stringify({ id }), secret = 'right', ...sent }: Sent = {}) {
  const { signedAt = 0, saidAt = signedAt } = sent;
  const seconds = Math.floor(now / 1000);
  const signature = `t=${seconds + saidAt},v1=${hmac(secret, `${seconds + signedAt}.`, body)},v0=00`;
  return delivered('StripeTrigger', body, { 'stripe-signature': sent.header ?? signature });
}
function fromGithub({ id = 'd-1', body = '{}', secret = 'right', header }: Sent = {}) {
  const signature = header ?? `sha256=${hmac(secret, body)}`;
  return delivered('GithubTrigger', body, { 'x-hub-signature-256': signature, 'x-github-delivery': id });
}

const senders = [
  ['Stripe', stripe, fromStripe, 'stripe'],
  ['GitHub', github, fromGithub, 'github'],
] as const;

describe.each(senders)('a webhook of %s', (_name, handler, from, source) => {
  test('starts the job with the request as it came', async () => {
    const event = from({});
    const { statusCode, body } = await call(handler, event);
    expect({ statusCode, body }).toMatchObject({ statusCode: 202, body: { job: 'hello-world' } });
    const input = JSON.parse(starts()[0]?.input ?? '');
    expect(input).toMatchObject({ job: 'hello-world', source });
    expect(JSON.parse(input.event)).toEqual(event);
  });

  test('delivered again has the same id, another one another', async () => {
    const ids = [];
    for (const id of ['one', 'one', 'two']) {
      now += 1000;
      ids.push((await call(handler, from({ id }))).body.id);
    }
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test('is verified over its bytes, whatever they are and however they come', async () => {
    const bytes = fc.oneof(
      fc.uint8Array().map((array) => Buffer.from(array)),
      fc.string({ unit: 'binary' }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (body) => {
        expect((await call(handler, from({ body }))).statusCode).not.toBe(401);
      }),
    );
  });

  test('with anything changed is refused, always in the same words', async () => {
    const seen = new Set<string>();
    const refused = async (event: unknown) => {
      const answer = await call(handler, event);
      expect(answer.statusCode).toBe(401);
      seen.add(JSON.stringify(answer.body));
    };
    const good = from({ body: '{"id":"evt_1"}' });
    await refused({ ...good, body: '{"id":"evt_2"}' });
    await refused({ ...good, body: undefined });
    await refused({ ...good, headers: {} });
    await refused({ ...good, headers: undefined });
    await refused(from({ secret: 'wrong' }));
    await refused(from({ secret: '' }));
    for (const header of ['', 'x', '=', 'sha256=', 'sha1=00', 't=,v1=', `sha256=${'0'.repeat(64)}`, 'v1=0']) {
      await refused(from({ header }));
    }
    expect([...seen]).toEqual([
      JSON.stringify({ title: 'Unauthorized', status: 401, detail: 'The request is not signed as it must be' }),
    ]);
    expect(starts()).toEqual([]);
    expect(logged.join('')).not.toMatch(/right|wrong/);
  });

  test('is refused for any header and body that were not signed', async () => {
    const text = fc.string({ unit: 'binary' });
    await fc.assert(
      fc.asyncProperty(text, text, async (header, body) => {
        expect((await call(handler, from({ header, body }))).statusCode).toBe(401);
      }),
    );
  });

  test('may be signed with the secret before the last, and not with one before that', async () => {
    secretOf('new', 'right');
    expect((await call(handler, from({ secret: 'right' }))).statusCode).toBe(202);
    expect((await call(handler, from({ secret: 'new' }))).statusCode).toBe(202);
    secretOf('newer', 'new');
    expect((await call(handler, from({ secret: 'right' }))).statusCode).toBe(401);
  });

  test('signed with a secret that was put a moment ago is let in', async () => {
    expect((await call(handler, from({}))).statusCode).toBe(202);
    holds('next', 'right');
    now += 6_000;
    expect((await call(handler, from({ secret: 'next' }))).statusCode).toBe(202);
  });

  test('asks for the secret once for many', async () => {
    for (let count = 0; count < 20; count++) await call(handler, from({ secret: count % 2 ? 'right' : 'wrong' }));
    expect(secrets.commandCalls(GetSecretValueCommand)).toHaveLength(2);
  });

  test('is answered 503 or 502 when the secret cannot be read, and let in when it can again', async () => {
    secrets.reset();
    const fails = (name: string) =>
      secrets.on(GetSecretValueCommand).rejects(Object.assign(new Error(name), { name, $fault: 'client' }));
    fails('ThrottlingException');
    expect((await call(handler, from({}))).statusCode).toBe(503);
    fails('AccessDeniedException');
    expect((await call(handler, from({}))).statusCode).toBe(502);
    holds('right');
    expect((await call(handler, from({}))).statusCode).toBe(202);
  });

  test('never crashes, whatever the event is', async () => {
    const field = fc.oneof(fc.anything(), fc.object());
    await fc.assert(
      fc.asyncProperty(fc.record({ headers: field, body: field, isBase64Encoded: field }), async (event) => {
        expect([400, 401, 500]).toContain((await call(handler, event)).statusCode);
      }),
    );
    expect(starts()).toEqual([]);
  });
});

test('GitHub signs no delivery id: a signed body that is sent under the id of another does not pass for it', async () => {
  const ids = [];
  for (const body of ['{"ref":"main"}', '{"ref":"release"}'])
    ids.push((await call(github, fromGithub({ id: 'seen', body }))).body.id);
  expect(ids[0]).not.toBe(ids[1]);
});

describe('Stripe', () => {
  test.each([
    [-299, 202],
    [-301, 401],
    [299, 202],
    [302, 401],
  ])('a signature made %i seconds from now is answered %i', async (signedAt, statusCode) => {
    expect((await call(stripe, fromStripe({ signedAt }))).statusCode).toBe(statusCode);
  });

  test('a time that was not signed is refused', async () => {
    expect((await call(stripe, fromStripe({ signedAt: -400, saidAt: 0 }))).statusCode).toBe(401);
  });

  test('one of several signatures is enough, two times are not taken', async () => {
    const seconds = Math.floor(now / 1000);
    const body = '{"id":"evt_1"}';
    const right = hmac('right', `${seconds}.`, body);
    const header = `t=${seconds}, v1=${'0'.repeat(64)}, v1=${right}`;
    expect((await call(stripe, fromStripe({ body, header }))).statusCode).toBe(202);
    expect((await call(stripe, fromStripe({ body, header: `t=1,${header}` }))).statusCode).toBe(401);
    expect((await call(stripe, fromStripe({ body, header: `t=${seconds},v0=${right}` }))).statusCode).toBe(401);
  });

  test.each(['{}', '[]', 'null', 'no JSON', '{"id":7}'])('a signed body without an id is refused: %s', async (body) => {
    expect((await call(stripe, fromStripe({ body }))).statusCode).toBe(400);
  });
});
