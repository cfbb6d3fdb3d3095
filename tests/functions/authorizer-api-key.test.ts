import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { handler } from '../../functions/authorizers/api-key.ts';
import { mocked } from '../mocked.ts';
import { context, environment, sample } from './lambda.ts';

const secrets = mocked(SecretsManagerClient);
const logged: string[] = [];
let arns = 0;

function holds(current: string, previous: string = current): void {
  vi.stubEnv('API_KEYS_SECRET_ARN', `arn:aws:secretsmanager:us-east-1:000000000000:secret:k${arns++}-AAAAAA`);
  secrets.reset();
  secrets.on(GetSecretValueCommand, { VersionStage: 'AWSCURRENT' }).resolves({ SecretString: current });
  secrets.on(GetSecretValueCommand, { VersionStage: 'AWSPREVIOUS' }).resolves({ SecretString: previous });
}
beforeEach(() => {
  logged.length = 0;
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, 'write').mockImplementation((line) => logged.push(String(line)) > 0);
  }
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  holds('{"acme":"k1","other":"k2","empty":""}');
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const call = (key: unknown) => {
  const event = sample('ApiKeyAuthorizer');
  event.headers['x-api-key'] = key;
  return handler(event, context);
};
const refused = { isAuthorized: false, context: {} };

test('lets a partner in by its key, and says who it is', async () => {
  expect(await call('k1')).toEqual({ isAuthorized: true, context: { partner: 'acme' } });
  expect(await call('k2')).toEqual({ isAuthorized: true, context: { partner: 'other' } });
});

test('refuses whatever is no key', async () => {
  for (const key of ['', 'K1', 'k1 ', 'acme', undefined, null, 7]) expect(await call(key)).toEqual(refused);
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (key) => {
      fc.pre(key !== 'k1' && key !== 'k2');
      expect(await call(key)).toEqual(refused);
    }),
  );
});

test('takes the key before the last, while a partner changes to the new one', async () => {
  holds('{"acme":"new"}', '{"acme":"old"}');
  expect(await call('new')).toMatchObject({ isAuthorized: true });
  expect(await call('old')).toEqual({ isAuthorized: true, context: { partner: 'acme' } });
});

test('a key of before opens only for a partner that still has one: who is taken out of the secret is out', async () => {
  holds('{"acme":"new","emptied":""}', '{"acme":"old","emptied":"k2","evil":"k3","constructor":"k4"}');
  for (const key of ['k2', 'k3', 'k4']) expect(await call(key)).toEqual(refused);
  expect(await call('old')).toEqual({ isAuthorized: true, context: { partner: 'acme' } });
});

test.each(['placeholder', '[]', 'null', '{"acme":1}'])(
  'what the secret held before may be anything: %s',
  async (text) => {
    holds('{"acme":"k1"}', text);
    expect(await call('k1')).toEqual({ isAuthorized: true, context: { partner: 'acme' } });
    expect(await call('k2')).toEqual(refused);
  },
);

test.each(['k1', '["k1"]', 'null', '{"acme":1}'])(
  'fails, and shows nothing, on a secret that holds no keys: %s',
  async (text) => {
    holds(text);
    await expect(call('k1')).rejects.toThrow('must be a JSON object: {"<partner>": "<key>", …}');
    expect(logged.join('')).not.toContain('k1');
  },
);

test('fails when the secret cannot be read, so that nobody is let in', async () => {
  secrets.reset();
  secrets.on(GetSecretValueCommand).rejects(Object.assign(new Error('busy'), { name: 'ThrottlingException' }));
  await expect(call('k1')).rejects.toMatchObject({ name: 'ThrottlingException' });
});
