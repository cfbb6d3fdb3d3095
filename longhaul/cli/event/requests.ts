import { createHmac, randomUUID } from 'node:crypto';
import type { Deployment } from '../deployment.ts';
import { control } from '../engine-control.ts';
import type { Given } from './given.ts';
import { type EventSource, output, type Sent } from './source.ts';

const SIGN_YOURSELF = 'its requests are signed: use longhaul run, or curl --aws-sigv4';

interface Request {
  method: string;
  /** With its query. */
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** A request as a function gets it (API Gateway's payload 2.0, or a load balancer's) is sent as it was; anything else is a body. */
function requestOf({ json, bytes }: Given, path: string): Request {
  const sent = json?.requestContext;
  if (!sent) {
    const headers = { 'content-type': json === undefined ? 'application/octet-stream' : 'application/json' };
    return { method: 'POST', path, headers, body: bytes };
  }
  const query =
    json.rawQueryString ??
    new URLSearchParams(
      Object.entries<string[]>(json.multiValueQueryStringParameters ?? {}).flatMap(([name, values]) =>
        values.map((value): [string, string] => [name, value]),
      ),
    ).toString();
  const type = json.headers?.['content-type'] ?? json.multiValueHeaders?.['content-type']?.[0];
  return {
    method: sent.http?.method ?? json.httpMethod,
    path: `${json.rawPath ?? json.path}${query && `?${query}`}`,
    headers: type === undefined ? {} : { 'content-type': type },
    body: Buffer.from(json.body ?? '', json.isBase64Encoded ? 'base64' : 'utf8'),
  };
}

async function send(source: string, base: string, { method, path, headers, body }: Request): Promise<Sent> {
  const bodiless = method === 'GET' || method === 'HEAD';
  const response = await fetch(`${base}${path}`, { method, headers, ...(!bodiless && { body: new Uint8Array(body) }) });
  const answer = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${answer}`);
  return { to: `${method} ${base}${path}`, source, marks: [], id: (JSON.parse(answer) as { id: string }).id };
}

/** The HTTP API's address as the engine has it: on its own port. */
const api = ({ engine }: Deployment) => engine!.apiUrl;

export const http: EventSource = {
  description: 'a request to the HTTP API, under /hooks',
  sample: 'HttpTrigger',
  onAws: SIGN_YOURSELF,
  send: (given, deployment) => send('http', api(deployment), requestOf(given, '/hooks/event')),
};

export const alb: EventSource = {
  description: 'a request to the load balancer',
  sample: 'AlbTrigger',
  onAws: 'its load balancer answers within its network only',
  send: (given, deployment) =>
    send(
      'alb',
      output(deployment, 'LoadBalancerUrl', 'It has one with the parameter AlbVpcId.'),
      requestOf(given, '/event'),
    ),
};

export const stripe: EventSource = {
  description: 'a webhook of Stripe, signed with the local secret',
  sample: 'StripeTrigger',
  onAws: 'its secret is for the function alone: send a test event from the Stripe dashboard',
  async send(given, deployment) {
    const request = requestOf(given, '/webhooks/stripe');
    const body = given.sample ? asNewEvent(request.body) : request.body;
    const time = Math.floor(Date.now() / 1000);
    const secret = await secretOf(deployment, 'StripeWebhookSecretArn', 'whsec_…');
    const signature = createHmac('sha256', secret).update(`${time}.`).update(body).digest('hex');
    const headers = { ...request.headers, 'stripe-signature': `t=${time},v1=${signature}` };
    return send('stripe', api(deployment), { ...request, headers, body });
  },
};

export const github: EventSource = {
  description: 'a webhook of GitHub, signed with the local secret',
  sample: 'GithubTrigger',
  onAws: "its secret is for the function alone: redeliver one from the webhook's page on GitHub",
  async send(given, deployment) {
    const request = requestOf(given, '/webhooks/github');
    const secret = await secretOf(deployment, 'GithubWebhookSecretArn', '…');
    const signature = createHmac('sha256', secret).update(request.body).digest('hex');
    const headers = {
      ...request.headers,
      'x-github-event': given.json?.headers?.['x-github-event'] ?? 'push',
      'x-github-delivery': randomUUID(),
      'x-hub-signature-256': `sha256=${signature}`,
    };
    return send('github', api(deployment), { ...request, headers });
  },
};

/** Stripe names each event in its body; the sample's name would be that of an event which has been. */
function asNewEvent(body: Buffer): Buffer {
  const event = JSON.parse(body.toString('utf8'));
  return Buffer.from(JSON.stringify({ ...event, id: `evt_${randomUUID().replaceAll('-', '')}` }));
}

/** @throws Error that says how to create the secret */
async function secretOf(deployment: Deployment, name: string, example: string): Promise<string> {
  const { GetSecretValueCommand, SecretsManagerClient } = await import('@aws-sdk/client-secrets-manager');
  const SecretId = output(deployment, name, 'The webhook is there when that parameter names a secret.');
  try {
    const { SecretString } = await new SecretsManagerClient(deployment.aws).send(
      new GetSecretValueCommand({ SecretId }),
    );
    return SecretString ?? '';
  } catch (error) {
    if ((error as Error).name !== 'ResourceNotFoundException') throw error;
    const { url, aws } = deployment.engine!;
    const secret = /:secret:(.+)-\w{6}$/.exec(SecretId)?.[1] ?? SecretId;
    throw new Error(
      `The secret ${secret} is not there yet. Create it: ` +
        `aws secretsmanager create-secret --endpoint-url ${url} --region ${aws.region} --name ${secret} --secret-string ${example}`,
    );
  }
}

export const schedule: EventSource = {
  description: 'a schedule, now (--schedule names another)',
  onAws: 'a schedule there fires at its times only',
  async send(_given, { engine }, { schedule: name }) {
    await control(engine!, `fire/${encodeURIComponent(name)}`);
    return { to: `the schedule ${name}`, source: 'schedule', marks: [] };
  },
};
