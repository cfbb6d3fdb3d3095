import { createServer, request as httpRequest } from 'node:http';
import { connect as connectHttp2 } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { BatchClient, DescribeJobsCommand, ListTagsForResourceCommand, SubmitJobCommand } from '@aws-sdk/client-batch';
import { DescribeTasksCommand, ECSClient, ListTasksCommand } from '@aws-sdk/client-ecs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type Endpoint,
  jsonService,
  Reply,
  restJsonService,
  type Service,
  ServiceError,
  startEndpoint,
} from '../../longhaul/engine/endpoint/index.ts';

let endpoint: Endpoint | undefined;
afterEach(async () => {
  await endpoint?.close();
  endpoint = undefined;
});

async function start(...services: Service[]) {
  endpoint = await startEndpoint({ port: 0, services });
  return {
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'thing' },
    maxAttempts: 1,
  };
}

const ecs = jsonService('ecs', 'AmazonEC2ContainerServiceV20141113', '1.1', {
  DescribeTasks: ({ tasks }) => ({
    tasks: tasks.map((taskArn: string) => ({ taskArn, createdAt: new Date(1_000_500) })),
  }),
});
const batch = restJsonService('batch', [
  ['POST', '/v1/submitjob', ({ jobName }) => ({ jobName, jobId: 'id-1', jobArn: 'arn' })],
  [
    'POST',
    '/v1/describejobs',
    () => {
      throw new ServiceError('ClientException', 'jobs must be given');
    },
  ],
  ['GET', '/v1/tags/{resourceArn+}', ({ resourceArn }) => ({ tags: { resourceArn } })],
]);
const lambda = restJsonService('lambda', [
  [
    'POST',
    '/2015-03-31/functions/{FunctionName}/invocations',
    ({ FunctionName }, { body, headers }) =>
      new Reply(
        200,
        { 'X-Amz-Function-Error': 'Unhandled' },
        `${FunctionName} ${headers['x-amz-invocation-type']} ${body}`,
      ),
    'blob',
  ],
]);

describe('the one endpoint', () => {
  it('serves each SDK client by the service that its request is signed for', async () => {
    const config = await start(ecs, batch, lambda);
    const tasks = await new ECSClient(config).send(new DescribeTasksCommand({ tasks: ['a'] }));
    expect(tasks.tasks).toEqual([{ taskArn: 'a', createdAt: new Date(1_000_500) }]);
    const job = await new BatchClient(config).send(
      new SubmitJobCommand({ jobName: 'one', jobQueue: 'q', jobDefinition: 'd' }),
    );
    expect(job).toMatchObject({ jobName: 'one', jobId: 'id-1' });
    const reply = await new LambdaClient(config).send(
      new InvokeCommand({
        FunctionName: 'arn:aws:lambda:us-east-1:1:function:f',
        InvocationType: 'Event',
        Payload: '[1',
      }),
    );
    expect(reply.FunctionError).toBe('Unhandled');
    expect(reply.Payload?.transformToString()).toBe('arn:aws:lambda:us-east-1:1:function:f Event [1');
  });

  it('takes HTTP/2 without TLS on the same port, and refuses other host names there too', async () => {
    const config = await start(ecs);
    const session = connectHttp2(config.endpoint);
    const status = (headers: object) =>
      new Promise((resolve, reject) => {
        const request = session.request({ ':method': 'POST', ':path': '/', ...headers });
        request.on('response', (answer) => resolve(answer[':status'])).on('error', reject);
        request.resume().end('{"tasks":[]}');
      });
    const target = { 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.DescribeTasks' };
    expect(await status(target)).toBe(200);
    expect(await status({ ...target, ':authority': 'attacker.example' })).toBe(403);
    session.destroy();
  });

  it('takes path parameters with slashes, percent-decoded', async () => {
    const config = await start(batch);
    const resourceArn = 'arn:aws:batch:us-east-1:1:job-queue/ü/x';
    const { tags } = await new BatchClient(config).send(new ListTagsForResourceCommand({ resourceArn }));
    expect(tags).toEqual({ resourceArn });
  });

  it("answers errors under the service's own names, in both JSON protocols", async () => {
    const config = await start(ecs, batch);
    await expect(new BatchClient(config).send(new DescribeJobsCommand({ jobs: [] }))).rejects.toMatchObject({
      name: 'ClientException',
      message: 'jobs must be given',
      $metadata: { httpStatusCode: 400 },
    });
    await expect(new ECSClient(config).send(new ListTasksCommand({}))).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringMatching(/ecs.*"ListTasks".*DescribeTasks/),
    });
  });

  it('says which services it has when asked for another', async () => {
    const config = await start(ecs, batch);
    const send = new SQSClient(config).send(
      new SendMessageCommand({ QueueUrl: `${config.endpoint}/0/q`, MessageBody: 'x' }),
    );
    await expect(send).rejects.toThrow('The local engine has no service "sqs". It has: batch, ecs.');
  });

  it('takes presigned URLs by their credential, the rest without a signature as S3, and paths of its own', async () => {
    const say =
      (text: string): Service['handle'] =>
      (_, response) =>
        void response.end(text);
    const { endpoint: url } = await start(
      { signingName: 's3', handle: say('s3') },
      { signingName: 'execute', handle: say('execute') },
      { signingName: '_own', matches: ({ url }) => !!url?.startsWith('/_longhaul/'), handle: say('own') },
    );
    const text = async (path: string) => (await fetch(url + path)).text();
    expect(await text('/?X-Amz-Credential=K%2F20260101%2Fus-east-1%2Fexecute%2Faws4_request')).toBe('execute');
    expect(await text('/bucket/key')).toBe('s3');
    expect(await text('/_longhaul/health')).toBe('own');
  });

  it('refuses a Host that is not this machine, against DNS rebinding', async () => {
    const { endpoint: url } = await start({ signingName: 's3', handle: (_, response) => void response.end('in') });
    const status = (host: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const request = httpRequest(url, { headers: { host } }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        request.on('error', reject).end();
      });
    const own = ['127.0.0.1:1', 'localhost', '[::1]:4566', 'bucket.localhost:4566', 'LOCALHOST:1'];
    for (const host of [...own, 'host.docker.internal', 'host.docker.internal:4566']) {
      expect([host, await status(host)]).toEqual([host, 200]);
    }
    const others = ['evil.example', 'localhost.evil.example:4566', '127.0.0.1.evil.example', '10.0.0.1'];
    for (const host of [...others, 'host.docker.internal.evil.example', 'evil.host.docker.internal']) {
      expect([host, await status(host)]).toEqual([host, 403]);
    }
  });

  it('listens on a second address when asked, with the same checks', async () => {
    await start({ signingName: 's3', handle: (_, response) => void response.end('in') });
    const addresses = Object.values(networkInterfaces()).flatMap((some) => some ?? []);
    const address = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.2';
    const status = (url: string, headers = {}) =>
      new Promise<number | undefined>((resolve, reject) => {
        const request = httpRequest(url, { headers }, (response) => {
          response.resume();
          resolve(response.statusCode);
        });
        request.on('error', reject).end();
      });
    const before = `http://${address}:${endpoint!.port}`;
    await expect(status(before)).rejects.toThrow('ECONNREFUSED');
    const url = await endpoint!.alsoListen(address);
    expect(url).toBe(before);
    expect(await status(url)).toBe(200);
    expect(await status(url, { host: 'host.docker.internal:4566' })).toBe(200);
    expect(await status(url, { host: 'evil.example' })).toBe(403);
    expect(await status(url, { origin: 'http://evil.example' })).toBe(403);
    await expect(endpoint!.alsoListen('192.0.2.1')).rejects.toThrow('192.0.2.1 is not an address of this machine.');
    await endpoint!.close();
    await expect(status(url)).rejects.toThrow();
  });

  it('refuses the browser of a page from elsewhere, which could otherwise call without being asked', async () => {
    const { endpoint: url } = await start({ signingName: 's3', handle: (_, response) => void response.end('in') });
    const status = async (origin: string) => (await fetch(url, { method: 'POST', headers: { origin } })).status;
    for (const origin of ['http://127.0.0.1:3000', 'http://localhost:5173'])
      expect([origin, await status(origin)]).toEqual([origin, 200]);
    const others = [
      'https://evil.example',
      'http://localhost.evil.example',
      'http://host.docker.internal:4566',
      'null',
    ];
    for (const origin of others) {
      expect([origin, await status(origin)]).toEqual([origin, 403]);
    }
  });

  it('refuses also what a browser sends without an Origin: an image, a link, a frame of a page from elsewhere', async () => {
    const { endpoint: url } = await start({ signingName: 's3', handle: (_, response) => void response.end('in') });
    const status = async (site: string) => (await fetch(url, { headers: { 'sec-fetch-site': site } })).status;
    for (const site of ['none', 'same-origin', 'same-site']) expect([site, await status(site)]).toEqual([site, 200]);
    expect(await status('cross-site')).toBe(403);
  });

  it('names the port that is in use and says what to do', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(startEndpoint({ port, services: [] })).rejects.toThrow(
      new RegExp(`Port ${port} on 127.0.0.1 is in use.*--port.*lsof`),
    );
    await new Promise((resolve) => other.close(resolve));
  });

  it('refuses a JSON body that is too large to hold', async () => {
    const { endpoint: url } = await start(batch);
    const reply = await fetch(`${url}/v1/submitjob`, {
      method: 'POST',
      headers: {
        authorization: 'AWS4-HMAC-SHA256 Credential=K/20260101/us-east-1/batch/aws4_request',
      },
      body: Buffer.alloc(17 * 1024 * 1024),
    });
    expect(reply.status).toBe(413);
  });
});
