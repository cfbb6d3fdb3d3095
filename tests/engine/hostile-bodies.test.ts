import { StartExecutionCommand } from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Messaging, messagingServices } from '../../longhaul/engine/services/messaging/index.ts';
import { EventsWorld, functionArn, order, rule } from './events-fixture.ts';
import { LocalS3 } from './s3-fixture.ts';
import { machineArn, states } from './states-fixture.ts';

const DEEP = `${'['.repeat(50_000)}${']'.repeat(50_000)}`;

describe('JSON that is nested 50,000 deep', () => {
  test('is no input of an execution', async () => {
    const { client } = await states();
    const start = (input: string) => client.send(new StartExecutionCommand({ stateMachineArn: machineArn, input }));
    await expect(start(`{"a":${DEEP}}`)).rejects.toMatchObject({ name: 'InvalidExecutionInput' });
    // Brackets in a string are no nesting.
    await start(JSON.stringify({ a: `\\"${DEEP}` }));
  });

  test('is refused where AWS takes a string', async () => {
    const { url } = await states();
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'x-amz-target': 'AWSStepFunctions.StartExecution' },
      body: `{"stateMachineArn":"${machineArn}","input":${DEEP}}`,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ __type: 'SerializationException' });
  });

  describe('as the detail of an event', () => {
    const world = new EventsWorld();
    test('is malformed, and the other events are accepted', async () => {
      world.open([rule({ source: ['shop'] }, { Arn: functionArn })]);
      const { Entries } = await world.put({ ...order(), Detail: `{"a":${DEEP}}` }, order());
      expect(Entries).toEqual([
        { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
        { EventId: expect.any(String) },
      ]);
    });
  });
});

describe('DeleteObjects', () => {
  const s3 = new LocalS3();
  beforeAll(() => s3.start());
  afterAll(() => s3.stop());

  test.each([
    [
      'an entity',
      '<!DOCTYPE d [<!ENTITY a "b"><!ENTITY c SYSTEM "file:///etc/passwd">]><Delete><Object><Key>&c;</Key></Object></Delete>',
    ],
    ['an element called __proto__', '<Delete><__proto__><Key>a</Key></__proto__></Delete>'],
    ['elements nested 50,000 deep', `<Delete>${'<a>'.repeat(50_000)}${'</a>'.repeat(50_000)}</Delete>`],
  ])('answers MalformedXML to %s', async (_what, body) => {
    const response = await fetch(`${s3.config.endpoint}/bucket?delete`, { method: 'POST', body });
    expect({ status: response.status, body: await response.text() }).toMatchObject({
      status: 400,
      body: expect.stringContaining('<Code>MalformedXML</Code>'),
    });
  });
});

test('SQS says that a body is broken JSON', async () => {
  const s3 = new LocalS3();
  await s3.start();
  const { endpoint } = s3;
  const messaging = await Messaging.open({ dataDirectory: `${s3.directory}/messages`, url: endpoint.url });
  try {
    for (const service of messagingServices(messaging.handle)) endpoint.mount(service);
    const headers = { 'x-amz-target': 'AmazonSQS.SendMessage', 'content-type': 'application/x-amz-json-1.0' };
    const response = await fetch(endpoint.url, { method: 'POST', headers, body: '{"QueueUrl":' });
    expect(response.status).toBe(400);
    expect(response.headers.get('x-amzn-errortype')).toBe('SerializationException');
    expect(await response.json()).toMatchObject({ __type: 'SerializationException' });
  } finally {
    await messaging.close();
    await s3.stop();
  }
});
