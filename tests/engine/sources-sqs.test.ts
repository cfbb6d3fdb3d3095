import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Endpoint, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { Messaging, messagingServices } from '../../longhaul/engine/services/messaging/index.ts';
import { failedItems } from '../../longhaul/engine/sources/batch-response.ts';
import { startSqsSources } from '../../longhaul/engine/sources/sqs.ts';
import { sqsMappings } from '../../longhaul/engine/sources/sqs-mapping.ts';
import { type Project, project, resource } from './functions-project.ts';

// biome-ignore lint/suspicious/noExplicitAny: the records of events
type Batch = any[];
type Answer = (records: Batch) => unknown;

let folder: Project;
let endpoint: Endpoint;
let messaging: Messaging;
let sqs: SQSClient;
let close: () => void;
const batches: Batch[] = [];
const notices: string[] = [];

beforeEach(async () => {
  folder = await project();
  const services = messagingServices((request, response) => messaging.handle(request, response));
  endpoint = await startEndpoint({ port: 0, services });
  await open();
  batches.length = 0;
  notices.length = 0;
  close = () => {};
});
afterEach(async () => {
  close();
  sqs.destroy();
  await messaging.close();
  await endpoint.close();
  await folder.remove();
});

async function open() {
  messaging = await Messaging.open({ dataDirectory: directory(), url: endpoint.url });
  const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
  sqs = new SQSClient({ endpoint: endpoint.url, region: 'us-east-1', credentials });
}

/** Ends this engine's messaging as a stop of the engine does, and opens the next. */
async function stopped() {
  close();
  sqs.destroy();
  await messaging.close();
  await open();
}

/** The same as a kill does: what was on disk at that moment is all that the next one finds. */
async function killed() {
  const left = join(folder.directory, 'left');
  await cp(directory(), left, { recursive: true });
  close();
  sqs.destroy();
  await messaging.close();
  await rm(directory(), { recursive: true });
  await rename(left, directory());
  await open();
}

const directory = () => join(folder.directory, 'messages');

/** The rows of the messages with this body. */
function stored(body: string) {
  const db = new DatabaseSync(join(directory(), 'fauxqs.db'));
  try {
    return db.prepare('SELECT * FROM sqs_messages WHERE body = ?').all(body) as { approximate_receive_count: number }[];
  } finally {
    db.close();
  }
}

const arn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;
const url = (name: string) => `${endpoint.url}/000000000000/${name}`;

/** A function that is called with each batch of the queue, and answers, or fails, as `answer` does. */
function connect(answer: Answer, properties: object = {}, queue = 'work') {
  const invoke = async (_name: string, payload: string | Buffer) => {
    const { Records } = JSON.parse(String(payload));
    batches.push(Records);
    try {
      const said = await answer(Records);
      return {
        payload: Buffer.from(typeof said === 'string' ? said : JSON.stringify(said ?? null)),
        logTail: '',
        requestId: '',
      };
    } catch {
      return { payload: Buffer.from('{}'), functionError: 'Unhandled' as const, logTail: '', requestId: '' };
    }
  };
  const Events = { Sent: { Type: 'SQS', Properties: { Queue: arn(queue), ...properties } } };
  ({ close } = startSqsSources({
    mappings: sqsMappings([resource(folder.directory, 'worker', { Events })]),
    functions: { invoke },
    messaging,
    onNotice: (notice) => notices.push(notice),
  }));
}

const send = (MessageBody: string, more: object = {}, queue = 'work') =>
  sqs.send(new SendMessageCommand({ QueueUrl: url(queue), MessageBody, ...more }));
const reports = { FunctionResponseTypes: ['ReportBatchItemFailures'] };
const bodies = () => batches.map((records) => records.map(({ body }) => body));

const until = (condition: () => boolean | Promise<boolean>) =>
  vi.waitUntil(condition, { timeout: 60_000, interval: 10 });
const isEmpty = async (queue = 'work') => {
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: url(queue), AttributeNames: ['All'] }),
  );
  return Attributes?.ApproximateNumberOfMessages === '0' && Attributes.ApproximateNumberOfMessagesNotVisible === '0';
};

describe('a queue with a function', () => {
  it('hands over what waited, and what is sent later, and deletes what succeeded', async () => {
    messaging.createQueue('work');
    await send('first');
    connect(() => undefined);
    await until(() => batches.length === 1);
    await send('second');
    await until(() => batches.length === 2);
    expect(bodies()).toEqual([['first'], ['second']]);
    await until(() => isEmpty());
  });

  // Recorded: localstack/localstack, test_sqs_event_source_mapping.
  it('writes null for the digest of attributes that a message does not have', async () => {
    messaging.createQueue('work');
    connect(() => undefined);
    const attributes = { MessageAttributes: { Kind: { DataType: 'String', StringValue: 'a' } } };
    await send('with', attributes);
    await send('without');
    await until(() => bodies().flat().length === 2);
    const digests = Object.fromEntries(batches.flat().map((one) => [one.body, one.md5OfMessageAttributes]));
    expect(digests).toEqual({ with: expect.stringMatching(/^[0-9a-f]{32}$/), without: null });
  });

  it('delivers all of a failed batch again after the visibility timeout, and to the dead letters after the last receive', async () => {
    messaging.createQueue('dead');
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: arn('dead'), maxReceiveCount: 2 });
    messaging.createQueue('work', { VisibilityTimeout: '1', RedrivePolicy });
    connect(() => {
      throw new Error('no');
    });
    await send('poison');
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl: url('dead'), WaitTimeSeconds: 20 }));
    expect(Messages).toMatchObject([{ Body: 'poison' }]);
    expect(batches.map(([one]) => one.attributes.ApproximateReceiveCount)).toEqual(['1', '2']);
  });

  it('keeps what a function says has failed, and deletes the rest', async () => {
    messaging.createQueue('work', { VisibilityTimeout: '1' });
    connect((records) => {
      const failed = records.filter(
        ({ body, attributes }) => body === 'b' && attributes.ApproximateReceiveCount === '1',
      );
      return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    }, reports);
    const Entries = ['a', 'b', 'c'].map((body) => ({ Id: body, MessageBody: body }));
    await sqs.send(new SendMessageBatchCommand({ QueueUrl: url('work'), Entries }));
    await until(() => isEmpty());
    const delivered = bodies().flat();
    expect(delivered.filter((body) => body === 'b')).toHaveLength(2);
    expect(delivered).toHaveLength(4);
  });

  it('takes what a function says of failures for nothing when the mapping does not ask for it', async () => {
    messaging.createQueue('work');
    connect((records) => ({ batchItemFailures: records.map(({ messageId }) => ({ itemIdentifier: messageId })) }));
    await send('a');
    await until(() => batches.length === 1);
    await until(() => isEmpty());
  });

  it('waits with a batching window until the batch is full', async () => {
    messaging.createQueue('work');
    connect(() => undefined, { BatchSize: 12, MaximumBatchingWindowInSeconds: 300 });
    for (let index = 0; index < 12; index++) await send(String(index));
    await until(() => isEmpty());
    expect(bodies()).toEqual([Array.from({ length: 12 }, (_, index) => String(index))]);
  });

  it('runs no more batches at a time than its MaximumConcurrency', async () => {
    messaging.createQueue('work');
    let running = 0;
    let most = 0;
    const two = Promise.withResolvers<void>();
    const answer = async () => {
      most = Math.max(most, ++running);
      if (running === 2) two.resolve();
      await two.promise;
      await new Promise((resolve) => setTimeout(resolve, 20)); // in which a third one would be seen
      running -= 1;
    };
    connect(answer, { BatchSize: 1, ScalingConfig: { MaximumConcurrency: '2' } });
    for (let index = 0; index < 8; index++) await send(String(index));
    await until(() => isEmpty());
    expect(batches).toHaveLength(8);
    expect(most).toBe(2);
  });

  it('splits a batch that is too large for an invocation', async () => {
    messaging.createQueue('work', { DelaySeconds: '1' });
    for (let index = 0; index < 8; index++) await send('"'.repeat(1_000_000));
    connect(() => undefined, { BatchSize: 10, MaximumBatchingWindowInSeconds: 2 });
    await until(() => batches.flat().length === 8);
    for (const batch of batches) {
      expect(Buffer.byteLength(JSON.stringify({ Records: batch }))).toBeLessThanOrEqual(6_291_456);
    }
  });

  it.each(['work', 'work.fifo'])(
    'has at once again, as if never received, what the engine was stopped or killed over: %s',
    async (queue) => {
      messaging.createQueue(queue, { VisibilityTimeout: '3600' });
      connect(() => new Promise(() => {}), {}, queue);
      await send('interrupted', queue === 'work' ? {} : { MessageGroupId: 'g', MessageDeduplicationId: 'd' }, queue);
      await until(() => batches.length === 1);
      await killed();
      connect(() => new Promise(() => {}), {}, queue);
      await until(() => batches.length === 2);
      await stopped();
      connect(() => undefined, {}, queue);
      await until(() => batches.length === 3);
      for (const [message] of batches) {
        expect(message).toMatchObject({ body: 'interrupted', attributes: { ApproximateReceiveCount: '1' } });
      }
      await until(() => isEmpty(queue));
    },
  );

  it('keeps counting what a function failed on, and keeps it hidden for its time, also over a kill', async () => {
    messaging.createQueue('work', { VisibilityTimeout: '3600' });
    connect(() => {
      throw new Error('no');
    });
    await send('poison');
    await until(() => batches.length === 1);
    // The answer of the function is written down before the next message is read.
    await send('other');
    await until(() => batches.length === 2);
    await killed();
    connect(() => undefined);
    await send('next');
    await until(() => batches.length === 3);
    expect(bodies()[2]).toEqual(['next']);
    expect(stored('poison')).toMatchObject([{ approximate_receive_count: 1 }]);
  });

  it('of FIFO hands over a group in order, the next when the one before is done, also when that fails first', async () => {
    messaging.createQueue('ordered.fifo', { VisibilityTimeout: '1' });
    let first = true;
    const answer = () => {
      if (!first) return;
      first = false;
      throw new Error('not yet');
    };
    connect(answer, reports, 'ordered.fifo');
    for (const body of ['1', '2', '3']) {
      await send(body, { MessageGroupId: 'g', MessageDeduplicationId: body }, 'ordered.fifo');
    }
    await until(() => isEmpty('ordered.fifo'));
    expect(bodies()).toEqual([['1'], ['1'], ['2'], ['3']]);
  });

  it('hands over what fits one of its filters, and drops the rest', async () => {
    messaging.createQueue('work');
    const patterns = [
      { body: { kind: ['order'] } },
      { body: ['plain'] },
      { messageAttributes: { Urgent: { stringValue: ['yes'] } } },
    ];
    connect(() => undefined, {
      BatchSize: 1,
      FilterCriteria: { Filters: patterns.map((pattern) => ({ Pattern: JSON.stringify(pattern) })) },
    });
    const urgent = { MessageAttributes: { Urgent: { DataType: 'String', StringValue: 'yes' } } };
    for (const body of ['{"kind":"order"}', '{"kind":"other"}', 'plain', '"plain"', '{"kind":']) await send(body);
    await send('other', urgent);
    await until(() => isEmpty());
    expect(bodies().flat().sort()).toEqual(['other', 'plain', '{"kind":"order"}']);
  });

  it('that is disabled gets nothing, and one that is not there is named', async () => {
    messaging.createQueue('work');
    connect(() => undefined, { Enabled: false });
    await send('stays');
    connect(() => undefined, {}, 'nowhere');
    expect(notices).toEqual([expect.stringContaining(arn('nowhere'))]);
    expect(await isEmpty()).toBe(false);
    expect(batches).toEqual([]);
  });
});

describe('what a function says of a batch', () => {
  const ids = ['a', 'b', 'c'];
  const said = (answer: unknown) => [...failedItems(Buffer.from(JSON.stringify(answer)), ids)];

  it.each([[null], [{}], [{ batchItemFailures: null }], [{ batchItemFailures: [] }], ['text'], [7]])(
    'is success of all: %j',
    (answer) => expect(said(answer)).toEqual([]),
  );

  it('names the failed ones', () => {
    expect(said({ batchItemFailures: [{ itemIdentifier: 'b' }, { itemIdentifier: 'b' }] })).toEqual(['b']);
  });

  it.each([
    [{ batchItemFailures: [{ itemIdentifier: '' }] }],
    [{ batchItemFailures: [{ itemIdentifier: null }] }],
    [{ batchItemFailures: [{ id: 'a' }] }],
    [{ batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'unknown' }] }],
    [{ batchItemFailures: [null] }],
    [{ batchItemFailures: 'a' }],
  ])('is failure of all: %j', (answer) => expect(said(answer)).toEqual(ids));

  it('never fails what is not of the batch, whatever it is', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const failed = failedItems(Buffer.from(text), ids);
        expect(ids).toEqual(expect.arrayContaining([...failed]));
      }),
    );
    expect([...failedItems(Buffer.from('{"batchItem'), ids)]).toEqual(ids);
    expect([...failedItems(Buffer.alloc(0), ids)]).toEqual([]);
  });
});
