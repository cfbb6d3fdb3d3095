import { createHash, createHmac, randomBytes } from 'node:crypto';
import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetExecutionHistoryCommand, paginateListExecutions, SFNClient } from '@aws-sdk/client-sfn';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { app, ended, engineOf, temporaryDirectory, until } from './engine.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await engineOf(app, { dataDirectory: await temporaryDirectory(afterAll) });
});
afterAll(() => engine.close());

const send = (path: string, init: RequestInit = {}) => fetch(`${engine.apiUrl}${path}`, { method: 'POST', ...init });
const arnOf = (id: string) => `${engine.outputs.StateMachineArn?.replace(':stateMachine:', ':execution:')}:${id}`;

/** The id of the execution that an answer names. */
async function started(response: Response): Promise<string> {
  const text = await response.text();
  expect(`${response.status} ${text}`).toMatch(/^202 /);
  const { id } = JSON.parse(text) as { id: string };
  expect(response.headers.get('location')).toBe(`/executions/${id}`);
  return id;
}

/** The event that the execution's container was given, wherever it was put. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into events of different sources
async function eventOf(id: string): Promise<any> {
  const { events = [] } = await new SFNClient(engine.aws).send(
    new GetExecutionHistoryCommand({ executionArn: arnOf(id), maxResults: 1 }),
  );
  const { event, eventUri } = JSON.parse(events[0]?.executionStartedEventDetails?.input ?? '');
  if (event !== undefined) return JSON.parse(event);
  const [, Bucket, Key] = /^s3:\/\/([^/]+)\/(.+)$/.exec(eventUri) ?? [];
  const { Body } = await new S3Client(engine.aws).send(new GetObjectCommand({ Bucket, Key }));
  return JSON.parse((await Body?.transformToString()) ?? '');
}

async function logOf(id: string): Promise<string> {
  expect(await ended(engine, arnOf(id))).toMatchObject({ status: 'SUCCEEDED' });
  const { log } = (await (await fetch(`${engine.apiUrl}/executions/${id}`)).json()) as {
    log: { group: string; stream: string };
  };
  const { events = [] } = await new CloudWatchLogsClient(engine.aws).send(
    new GetLogEventsCommand({ logGroupName: log.group, logStreamName: log.stream, startFromHead: true }),
  );
  return events.map(({ message }) => message).join('\n');
}

async function executions(): Promise<string[]> {
  const names: string[] = [];
  const client = new SFNClient(engine.aws);
  const { StateMachineArn: stateMachineArn } = engine.outputs;
  for await (const page of paginateListExecutions({ client }, { stateMachineArn })) {
    names.push(...(page.executions ?? []).map(({ name }) => name ?? ''));
  }
  return names;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('a request under /hooks', () => {
  test('starts a job, whose log shows the request as API Gateway passes it on', async () => {
    const id = await started(await send('/hooks/orders/7?a=1&a=2', { method: 'PUT', body: 'paid' }));
    const log = await logOf(id);
    expect(log).toContain('"body":"paid"');
    expect(await eventOf(id)).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /hooks/{proxy+}',
      rawPath: '/hooks/orders/7',
      rawQueryString: 'a=1&a=2',
      queryStringParameters: { a: '1,2' },
      pathParameters: { proxy: 'orders/7' },
      requestContext: { http: { method: 'PUT' }, authorizer: { iam: { accountId: '000000000000' } } },
      body: 'paid',
      isBase64Encoded: false,
    });
  });

  test('sent 100 times with one Idempotency-Key starts one execution', async () => {
    const before = (await executions()).length;
    const ids = await Promise.all(
      Array.from({ length: 100 }, async () =>
        started(await send('/hooks/x', { body: '{}', headers: { 'idempotency-key': 'hundred' } })),
      ),
    );
    expect(new Set(ids).size).toBe(1);
    expect((await executions()).length).toBe(before + 1);
  });

  test('without a key is a new request each time', async () => {
    const ids = [await started(await send('/hooks/x')), await started(await send('/hooks/x'))];
    expect(new Set(ids).size).toBe(2);
  });

  test.each([1, 7_000, 4_400_000])('hands over a body of %i bytes unchanged', async (size) => {
    const body = randomBytes(size);
    const event = await eventOf(await started(await send('/hooks/file', { body })));
    expect(event.isBase64Encoded).toBe(true);
    expect(sha256(Buffer.from(event.body, 'base64'))).toBe(sha256(body));
  });

  test('hands over text of almost six megabytes as JSON unchanged', async () => {
    const body = '"\\ü😀 text '.repeat(400_000).slice(0, 4_100_000);
    const event = await eventOf(await started(await send('/hooks/text', { body })));
    expect(event.isBase64Encoded).toBe(false);
    expect(sha256(Buffer.from(event.body))).toBe(sha256(Buffer.from(body)));
  });

  test('is refused with 413 when Lambda could not take it', async () => {
    expect((await send('/hooks/file', { body: randomBytes(4_800_000) })).status).toBe(413);
  });
});

test('POST /jobs with an Idempotency-Key answers the same again, and refuses another body', async () => {
  const run = async (body: string) => {
    const response = await send('/jobs/hello-world', { body, headers: { 'idempotency-key': 'run-once' } });
    return { status: response.status, location: response.headers.get('location'), body: await response.text() };
  };
  const before = (await executions()).length;
  const answers = await Promise.all(Array.from({ length: 20 }, () => run('{"name":"world"}')));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect(await run('{"name":"world"}')).toEqual(answers[0]);
  expect(await run('{"name":"moon"}')).toMatchObject({ status: 422, body: expect.stringContaining('another request') });
  expect((await executions()).length).toBe(before + 1);
});

describe('a webhook', () => {
  const secrets = () => new SecretsManagerClient(engine.aws);
  beforeAll(async () => {
    for (const Name of ['local/stripe-webhook', 'local/github-webhook']) {
      const { ARN } = await secrets().send(new CreateSecretCommand({ Name, SecretString: 'first' }));
      expect(Object.values(engine.stack.parameters)).toContain(ARN);
    }
  });
  const hmac = (secret: string, ...parts: (string | Buffer)[]) => {
    const mac = createHmac('sha256', secret);
    for (const part of parts) mac.update(part);
    return mac.digest('hex');
  };
  const fromStripe = (body: string, secret = 'first', t = Math.floor(Date.now() / 1000)) =>
    send('/webhooks/stripe', {
      body,
      headers: { 'content-type': 'application/json', 'stripe-signature': `t=${t},v1=${hmac(secret, `${t}.`, body)}` },
    });
  const fromGithub = (body: Buffer, id: string, secret = 'first') =>
    send('/webhooks/github', {
      body: new Uint8Array(body),
      headers: { 'x-hub-signature-256': `sha256=${hmac(secret, body)}`, 'x-github-delivery': id },
    });

  test('of Stripe starts a job, whose log shows the event, and 100 deliveries of it start one', async () => {
    const before = (await executions()).length;
    const body = '{"id":"evt_1","type":"invoice.paid","data":{"name":"Zoë 💳"}}';
    const ids = await Promise.all(Array.from({ length: 100 }, async () => started(await fromStripe(body))));
    expect(new Set(ids).size).toBe(1);
    expect((await executions()).length).toBe(before + 1);
    expect(await logOf(ids[0]!)).toContain('invoice.paid');
    expect((await eventOf(ids[0]!)).body).toBe(body);
  });

  test('of GitHub is verified over its bytes and named by its delivery', async () => {
    const body = randomBytes(100_000);
    const ids = [await started(await fromGithub(body, 'd-1')), await started(await fromGithub(body, 'd-1'))];
    expect(new Set(ids).size).toBe(1);
    expect(await started(await fromGithub(body, 'd-2'))).not.toBe(ids[0]);
    const event = await eventOf(ids[0]!);
    expect(sha256(Buffer.from(event.body, 'base64'))).toBe(sha256(body));
  });

  test('that is not signed, or was signed long ago, is refused without a reason', async () => {
    const answers = [
      await send('/webhooks/stripe', { body: '{"id":"evt_2"}' }),
      await fromStripe('{"id":"evt_2"}', 'wrong'),
      await fromStripe('{"id":"evt_2"}', 'first', Math.floor(Date.now() / 1000) - 400),
      await fromGithub(Buffer.from('{}'), 'd-3', 'wrong'),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1);
    expect(answers[0]?.headers.get('content-type')).toBe('application/problem+json');
  });

  test('may be signed with the old secret or the new one while it is changed', async () => {
    const SecretId = 'local/github-webhook';
    await secrets().send(new PutSecretValueCommand({ SecretId, SecretString: 'second' }));
    await started(await fromGithub(Buffer.from('old'), 'd-4', 'first'));
    await until(async () => (await fromGithub(Buffer.from('new'), 'd-5', 'second')).status === 202);
  });
});

describe('a request under /users', () => {
  /** What the engine's issuer gives to whoever asks on this machine. */
  async function token(more: Record<string, string> = {}): Promise<string> {
    const { TokenIssuer, UserPoolClientId = '' } = engine.outputs;
    const form = { grant_type: 'client_credentials', client_id: UserPoolClientId, ...more };
    const response = await fetch(`${TokenIssuer}/oauth2/token`, { method: 'POST', body: new URLSearchParams(form) });
    return ((await response.json()) as { access_token: string }).access_token;
  }
  const sendAs = async (bearer: string, headers: Record<string, string> = {}) =>
    send('/users/orders', { body: '{}', headers: { authorization: `Bearer ${bearer}`, ...headers } });

  test('with a token of the user pool starts a job that is told who called', async () => {
    const id = await started(await sendAs(await token({ username: 'ada', scope: 'jobs' })));
    const { requestContext } = await eventOf(id);
    expect(requestContext.authorizer).toEqual({
      jwt: {
        claims: expect.objectContaining({
          iss: engine.outputs.TokenIssuer,
          client_id: engine.outputs.UserPoolClientId,
          username: 'ada',
          token_use: 'access',
          scope: 'jobs',
        }),
        scopes: null,
      },
    });
    expect(await logOf(id)).toContain('"username":"ada"');
  });

  test('with one key starts one execution for each user', async () => {
    const key = { 'idempotency-key': 'same' };
    const ids: string[] = [];
    for (const username of ['ada', 'ada', 'bob']) ids.push(await started(await sendAs(await token({ username }), key)));
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).not.toBe(ids[0]);
  });

  test('without a token, or with one that has expired, is refused', async () => {
    expect((await send('/users/orders')).status).toBe(401);
    const late = await sendAs(await token({ expires_in: '-1' }));
    expect([late.status, await late.json()]).toEqual([401, { message: 'Unauthorized' }]);
    expect(late.headers.get('www-authenticate')).toContain('the token has expired');
  });

  test('gets no token for a client that is not there, or by another grant', async () => {
    expect(await token({ client_id: 'nobody' })).toBeUndefined();
    expect(await token({ grant_type: 'password' })).toBeUndefined();
  });
});

describe('a request under /partners', () => {
  beforeAll(async () => {
    const { ARN } = await new SecretsManagerClient(engine.aws).send(
      new CreateSecretCommand({ Name: 'local/api-keys', SecretString: '{"acme":"acme-key"}' }),
    );
    expect(engine.stack.parameters.ApiKeysSecretArn).toBe(ARN);
  });
  const sendWith = (key: string) => send('/partners/orders', { body: '{}', headers: { 'x-api-key': key } });

  test('with a key starts a job that is told whose it is', async () => {
    const id = await started(await sendWith('acme-key'));
    expect((await eventOf(id)).requestContext.authorizer).toEqual({ lambda: { partner: 'acme' } });
    expect(await logOf(id)).toContain('"partner":"acme"');
  });

  test('with a wrong key is forbidden, without one unauthorized', async () => {
    expect((await sendWith('wrong')).status).toBe(403);
    expect((await send('/partners/orders')).status).toBe(401);
  });
});

test('a request to the load balancer starts a job, whose log shows its event', async () => {
  const url = `${engine.outputs.LoadBalancerUrl}/orders/7?tag=a&tag=b`;
  const response = await fetch(url, { method: 'POST', body: 'paid', headers: { 'content-type': 'text/plain' } });
  expect(response.status).toBe(202);
  const { id } = (await response.json()) as { id: string };
  expect(await eventOf(id)).toMatchObject({
    requestContext: { elb: { targetGroupArn: expect.stringMatching(/:targetgroup\//) } },
    httpMethod: 'POST',
    path: '/orders/7',
    multiValueQueryStringParameters: { tag: ['a', 'b'] },
    body: 'paid',
    isBase64Encoded: false,
  });
  expect(await logOf(id)).toContain('"body":"paid"');
  const before = (await executions()).length;
  const check = await fetch(url, { headers: { 'user-agent': 'ELB-HealthChecker/2.0' } });
  expect(check.status).toBe(200);
  expect((await executions()).length).toBe(before);
});
