import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  EventBridgeClient,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { backgroundClock } from '../../longhaul/asl/index.ts';
import { type Endpoint, ServiceError, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { EventBuses, eventsService, executionEvent } from '../../longhaul/engine/services/events/index.ts';
import { Messaging } from '../../longhaul/engine/services/messaging/index.ts';
import { StateMachines } from '../../longhaul/engine/services/states/index.ts';
import type { Resource } from '../../longhaul/engine/template/model.ts';

const machineArn = 'arn:aws:states:us-east-1:000000000000:stateMachine:machine';
const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:worker';
const queueArn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

let directory: string;
let db: DatabaseSync;
let endpoint: Endpoint;
let messaging: Messaging;
let machines: StateMachines;
let buses: EventBuses;
let events: EventBridgeClient;
let sqs: SQSClient;
let invoked: { functionName: string; payload: string }[];
let notices: string[];
/** What the function's queue says to the next event. */
let refusal: Error | undefined;

const functions = {
  enqueue(functionName: string, payload: string | Buffer) {
    if (refusal) throw refusal;
    invoked.push({ functionName, payload: String(payload) });
    return 'request';
  },
};

function open(resources: Resource[] = [], start = true): void {
  buses = new EventBuses({ db, resources, onNotice: (notice) => notices.push(notice) });
  machines = new StateMachines({
    db,
    machines: [
      {
        arn: machineArn,
        name: 'machine',
        roleArn: 'role',
        creationDate: 0,
        definition: JSON.stringify({
          QueryLanguage: 'JSONata',
          StartAt: 'Wait',
          States: { Wait: { Type: 'Wait', Seconds: '{% $states.input.detail.seconds ? 3600 : 0 %}', End: true } },
        }),
      },
    ],
    run: () => Promise.reject(new Error('no tasks')),
    clock: backgroundClock,
    onStatusChange: (execution) => buses.emit('default', executionEvent(execution)),
  });
  if (start) buses.start({ functions, machines, aws: aws() });
}

const aws = () => ({
  endpoint: endpoint.url,
  region: 'us-east-1',
  credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'longhaul-events-'));
  db = new DatabaseSync(join(directory, 'state.sqlite'));
  endpoint = await startEndpoint({ port: 0, services: [] });
  messaging = await Messaging.open({ dataDirectory: join(directory, 'messages'), url: endpoint.url });
  for (const service of messaging.services) endpoint.mount(service);
  // Whichever engine is open.
  endpoint.mount({
    signingName: 'events',
    handle: (request, response) => eventsService(buses).handle(request, response),
  });
  events = new EventBridgeClient(aws());
  sqs = new SQSClient(aws());
  invoked = [];
  notices = [];
  refusal = undefined;
});
afterEach(async () => {
  await buses.close();
  await machines.close();
  events.destroy();
  sqs.destroy();
  await messaging.close();
  await endpoint.close();
  db.close();
  await rm(directory, { recursive: true });
});

function resource(
  type: string,
  logicalId: string,
  properties: object,
  attributes: Record<string, string> = {},
): Resource {
  const ref = attributes.ref ?? logicalId;
  return { logicalId, path: logicalId, type, properties, metadata: {}, ref, attributes, templateFile: 'template.yaml' };
}
const rule = (EventPattern: object, target: object, more: object = {}) =>
  resource('AWS::Events::Rule', 'Rule', { EventPattern, Targets: [{ Id: 'one', ...target }], ...more });

const put = async (...Entries: PutEventsRequestEntry[]) => events.send(new PutEventsCommand({ Entries }));
const order = (detail: object = { total: 7 }): PutEventsRequestEntry => ({
  Source: 'shop',
  DetailType: 'Order',
  Detail: JSON.stringify(detail),
});

async function message(name: string) {
  const url = messaging.createQueue(name);
  return vi.waitFor(
    async () => {
      const { Messages: [one] = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl: url, MessageAttributeNames: ['All'] }),
      );
      expect(one).toBeDefined();
      await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: one!.ReceiptHandle }));
      return one!;
    },
    { timeout: 20_000 },
  );
}

async function payloads(count: number) {
  await vi.waitFor(() => expect(invoked).toHaveLength(count), { timeout: 20_000 });
  return invoked.map(({ payload }) => JSON.parse(payload));
}

describe('PutEvents', () => {
  test('gives a function the event as EventBridge writes it', async () => {
    open([rule({ source: ['shop'] }, { Arn: functionArn })]);
    const Time = new Date('2026-01-02T03:04:05.678Z');
    const { FailedEntryCount, Entries } = await put({ ...order(), Time, Resources: ['arn:aws:s3:::bucket'] });
    expect(FailedEntryCount).toBe(0);
    expect(await payloads(1)).toEqual([
      {
        version: '0',
        id: Entries?.[0]?.EventId,
        'detail-type': 'Order',
        source: 'shop',
        account: '000000000000',
        time: '2026-01-02T03:04:05Z',
        region: 'us-east-1',
        resources: ['arn:aws:s3:::bucket'],
        detail: { total: 7 },
      },
    ]);
    expect(invoked[0]?.functionName).toBe(functionArn);
  });

  test('tells of each wrong entry what is wrong, and accepts the others', async () => {
    open([rule({ source: ['shop'] }, { Arn: functionArn })]);
    const { FailedEntryCount, Entries } = await put(
      { ...order(), Detail: '{"total":' },
      { ...order(), Detail: '[1]' },
      { ...order(), Source: 'aws.ec2' },
      { ...order(), DetailType: undefined },
      { ...order(), DetailType: 'x'.repeat(129) },
      order({ good: true }),
    );
    expect(FailedEntryCount).toBe(5);
    expect(Entries?.map(({ ErrorCode }) => ErrorCode)).toEqual([
      'MalformedDetail',
      'MalformedDetail',
      'NotAuthorizedForSourceException',
      'InvalidArgument',
      'InvalidArgument',
      undefined,
    ]);
    expect(Entries?.[3]?.ErrorMessage).toContain('DetailType is a required argument');
    expect((await payloads(1))[0].detail).toEqual({ good: true });
  });

  test('takes 1 to 10 entries of less than 1 MiB together', async () => {
    open();
    await expect(put()).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(put(...Array.from({ length: 11 }, () => order()))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(put(order({ large: 'x'.repeat(1_048_576) }))).rejects.toThrow('over the limit');
    await expect(put(order({ large: 'x'.repeat(1_048_000) }))).resolves.toMatchObject({ FailedEntryCount: 0 });
  });

  test('for a bus that is not there is accepted, as on AWS, and the user is told', async () => {
    open();
    await put({ ...order(), EventBusName: 'nowhere' });
    expect(notices).toEqual([expect.stringContaining('nowhere')]);
  });
});

describe('rules', () => {
  test('match events of their own bus, unless they are disabled', async () => {
    open([
      resource('AWS::Events::EventBus', 'orders', {}),
      rule({ source: ['shop'] }, { Arn: functionArn, Input: '"default"' }),
      {
        ...rule({ source: ['shop'] }, { Arn: functionArn, Input: '"orders"' }, { EventBusName: 'orders' }),
        ref: 'orders|Rule',
      },
      { ...rule({ source: ['shop'] }, { Arn: functionArn, Input: '"off"' }, { State: 'DISABLED' }), ref: 'Off' },
    ]);
    await put({ ...order(), EventBusName: 'arn:aws:events:us-east-1:000000000000:event-bus/orders' });
    expect(await payloads(1)).toEqual(['orders']);
    await put(order());
    expect(await payloads(2)).toEqual(['orders', 'default']);
    const { EventBuses } = await events.send(new ListEventBusesCommand({}));
    expect(EventBuses?.map(({ Name }) => Name)).toEqual(['default', 'orders']);
    expect(await events.send(new DescribeEventBusCommand({ Name: 'orders' }))).toMatchObject({
      Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/orders',
    });
  });

  test('of a function are those of its events', async () => {
    const Properties = { Pattern: { source: ['shop'] }, InputPath: '$.detail.items[1].name' };
    const Events = { Ordered: { Type: 'EventBridgeRule', Properties } };
    open([resource('AWS::Serverless::Function', 'worker', { Events }, { Arn: functionArn })]);
    await put(order({ items: [{ name: 'a' }, { name: 'b' }] }));
    expect(await payloads(1)).toEqual(['b']);
    expect(await events.send(new ListTargetsByRuleCommand({ Rule: 'worker-Ordered' }))).toMatchObject({
      Targets: [{ Id: 'workerOrderedLambdaTarget', Arn: functionArn, InputPath: '$.detail.items[1].name' }],
    });
  });

  test('are put, listed, described and deleted through the API, and outlive the engine', async () => {
    open();
    const EventPattern = '{"source":["shop"]}';
    const { RuleArn } = await events.send(new PutRuleCommand({ Name: 'mine', EventPattern, Description: 'Orders' }));
    expect(RuleArn).toBe('arn:aws:events:us-east-1:000000000000:rule/mine');
    await events.send(new PutTargetsCommand({ Rule: 'mine', Targets: [{ Id: 'a', Arn: functionArn }] }));
    await buses.close();
    open();
    expect(await events.send(new DescribeRuleCommand({ Name: 'mine' }))).toMatchObject({
      Arn: RuleArn,
      EventPattern,
      State: 'ENABLED',
      Description: 'Orders',
    });
    await put(order());
    expect(await payloads(1)).toHaveLength(1);
    expect((await events.send(new ListRulesCommand({ NamePrefix: 'mi' }))).Rules).toHaveLength(1);
    await expect(events.send(new DeleteRuleCommand({ Name: 'mine' }))).rejects.toThrow('it has targets');
    await events.send(new RemoveTargetsCommand({ Rule: 'mine', Ids: ['a'] }));
    await events.send(new DeleteRuleCommand({ Name: 'mine' }));
    await expect(events.send(new DescribeRuleCommand({ Name: 'mine' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  test('of the template are what the template says at the next start, whatever was put over them', async () => {
    const declared = rule({ source: ['shop'] }, { Arn: functionArn });
    const patterns = async () => (await events.send(new ListRulesCommand({}))).Rules?.map((one) => one.EventPattern);
    open([declared]);
    await events.send(new PutRuleCommand({ Name: 'Rule', EventPattern: '{"source":["mine"]}' }));
    expect(await patterns()).toEqual(['{"source":["mine"]}']);
    await buses.close();
    open([declared]);
    expect(await patterns()).toEqual(['{"source":["shop"]}']);
    await events.send(new PutRuleCommand({ Name: 'Rule', EventPattern: '{"source":["mine"]}' }));
    await buses.close();
    open();
    expect(await patterns()).toEqual([]);
  });

  test('that cannot be read are told to whoever puts them', async () => {
    const broken = rule({ source: [{ like: 'x' }] }, { Arn: functionArn });
    const topic = rule({ source: ['x'] }, { Arn: 'arn:aws:sns:us-east-1:000000000000:topic' });
    open([broken, { ...topic, ref: 'Topic', path: 'Topic' }]);
    expect(notices).toEqual([expect.stringContaining('arn:aws:sns'), expect.stringMatching(/Rule .*match type like/)]);
    await expect(events.send(new PutRuleCommand({ Name: 'x', EventPattern: '{"a":1}' }))).rejects.toMatchObject({
      name: 'InvalidEventPatternException',
    });
    await expect(events.send(new PutRuleCommand({ Name: 'x', EventBusName: 'no' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('the input of a target', () => {
  const transformed = async (InputPathsMap: object, InputTemplate: string) => {
    open([rule({ source: ['shop'] }, { Arn: functionArn, InputTransformer: { InputPathsMap, InputTemplate } })]);
    await put({ ...order({ 'instance-id': 'i-1', state: 'RUNNING', says: 'a "b"', n: 5, at: null }) });
    return (await payloads(1))[0];
  };
  const paths = {
    instance: '$.detail.instance-id',
    state: '$.detail.state',
    says: '$.detail.says',
    n: '$.detail.n',
    at: '$.detail.at',
    missing: '$.detail.no.such',
  };

  test.each([
    ['"instance <instance> is in <state>"', 'instance i-1 is in RUNNING'],
    ['<instance> is in state <state>', 'i-1 is in state RUNNING'],
    ['{"instance":<instance>,"state":"<state>","n":<n>}', { instance: 'i-1', state: 'RUNNING', n: 5 }],
    ['{"text":"instance \\"<instance>\\" is in <state>"}', { text: 'instance "i-1" is in RUNNING' }],
    ['{"state":[9,<state>,true],"says":<says>}', { state: [9, 'RUNNING', true], says: 'a "b"' }],
    ['{"missing":<missing>,"null":<at>}', { missing: '', null: '' }],
    ['{"rule":<aws.events.rule-name>,"detail":<aws.events.event.json>}', expect.objectContaining({ rule: 'Rule' })],
    ['{"event":<aws.events.event>}', { event: expect.not.objectContaining({ detail: expect.anything() }) }],
  ])('by the template %s', async (template, expected) => {
    expect(await transformed(paths, template)).toEqual(expected);
  });

  test('that is no JSON goes to the dead-letter queue at once', async () => {
    messaging.createQueue('dead');
    const InputTransformer = { InputPathsMap: paths, InputTemplate: '{"says":"<says>"}' };
    open([
      rule({ source: ['shop'] }, { Arn: functionArn, InputTransformer, DeadLetterConfig: { Arn: queueArn('dead') } }),
    ]);
    await put(order({ says: 'a "b"' }));
    const { MessageAttributes } = await message('dead');
    expect(MessageAttributes?.ERROR_MESSAGE?.StringValue).toContain('did not give JSON');
    expect(invoked).toEqual([]);
  });
});

describe('delivery', () => {
  test('to a queue: the event is the body', async () => {
    messaging.createQueue('orders');
    open([rule({ source: ['shop'] }, { Arn: queueArn('orders') })]);
    const { Entries } = await put(order());
    expect(JSON.parse((await message('orders')).Body!)).toMatchObject({ id: Entries?.[0]?.EventId, source: 'shop' });
  });

  test('to a state machine: the event is the input', async () => {
    open([rule({ source: ['shop'] }, { Arn: machineArn })]);
    await put(order());
    await vi.waitFor(() => expect(machines.executions.list(machineArn, 'SUCCEEDED', 10)).toHaveLength(1));
    const [listed] = machines.executions.list(machineArn, undefined, 10);
    const execution = machines.executions.get(listed!.arn);
    expect(JSON.parse(execution!.input)).toMatchObject({ source: 'shop', detail: { total: 7 } });
  });

  test('of an event that was accepted before the engine was killed is made by the next one', async () => {
    messaging.createQueue('orders');
    open([rule({ source: ['shop'] }, { Arn: queueArn('orders') })], false);
    const { Entries } = await put(order());
    open();
    expect(JSON.parse((await message('orders')).Body!)).toMatchObject({ id: Entries?.[0]?.EventId });
  });

  test('is tried again, until the target takes it', async () => {
    refusal = new Error('not now');
    open([rule({ source: ['shop'] }, { Arn: functionArn })]);
    await put(order());
    await vi.waitFor(() => expect(db.prepare('SELECT attempts FROM events_deliveries').get()).toEqual({ attempts: 1 }));
    refusal = undefined;
    expect(await payloads(1)).toHaveLength(1);
  });

  test('that fails for the last time puts the event into the dead-letter queue, with the reason', async () => {
    messaging.createQueue('dead');
    refusal = new Error('not now');
    const RetryPolicy = { MaximumRetryAttempts: 1 };
    open([rule({ source: ['shop'] }, { Arn: functionArn, RetryPolicy, DeadLetterConfig: { Arn: queueArn('dead') } })]);
    await put(order());
    const { Body, MessageAttributes = {} } = await message('dead');
    expect(JSON.parse(Body!)).toMatchObject({ source: 'shop', detail: { total: 7 } });
    expect(
      Object.fromEntries(Object.entries(MessageAttributes).map(([name, { StringValue }]) => [name, StringValue])),
    ).toEqual({
      RULE_ARN: 'arn:aws:events:us-east-1:000000000000:rule/Rule',
      TARGET_ARN: functionArn,
      ERROR_CODE: 'Error',
      ERROR_MESSAGE: 'not now',
      RETRY_ATTEMPTS: '1',
      EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
    });
  });

  test('to what is not there is not tried again', async () => {
    messaging.createQueue('dead');
    refusal = new ServiceError('ResourceNotFoundException', 'Function not found', 404);
    open([
      rule({ source: ['shop'] }, { Arn: functionArn, DeadLetterConfig: { Arn: queueArn('dead') } }),
      { ...rule({ source: ['shop'] }, { Arn: queueArn('nowhere') }), ref: 'Other' },
    ]);
    await put(order());
    const { MessageAttributes } = await message('dead');
    expect(MessageAttributes?.RETRY_ATTEMPTS?.StringValue).toBe('0');
    expect(MessageAttributes?.ERROR_CODE?.StringValue).toBe('ResourceNotFoundException');
    await vi.waitFor(() => expect(db.prepare('SELECT count(*) AS n FROM events_deliveries').get()).toEqual({ n: 0 }));
    expect(notices).toContainEqual(expect.stringContaining('did not reach arn:aws:sqs:us-east-1:000000000000:nowhere'));
  });
});

describe('Step Functions', () => {
  const changes = (status: string[]) => ({
    source: ['aws.states'],
    'detail-type': ['Step Functions Execution Status Change'],
    detail: { status },
  });
  const execution = `${machineArn.replace('stateMachine', 'execution')}:one`;
  const start = (input: object) => machines.start(machines.get(machineArn)!, execution, 'one', JSON.stringify(input));

  test('announces the start and the end of an execution', async () => {
    open([rule(changes(['RUNNING', 'SUCCEEDED']), { Arn: functionArn })]);
    const { startDate } = start({ detail: {} });
    const [running, succeeded] = await payloads(2);
    const detail = {
      executionArn: execution,
      stateMachineArn: machineArn,
      name: 'one',
      startDate,
      input: '{"detail":{}}',
      inputDetails: { included: true },
    };
    expect(running).toMatchObject({ source: 'aws.states', resources: [execution] });
    expect(running.detail).toEqual({ ...detail, status: 'RUNNING', stopDate: null, output: null, outputDetails: null });
    expect(succeeded.detail).toEqual({
      ...detail,
      status: 'SUCCEEDED',
      stopDate: expect.any(Number),
      output: '{"detail":{}}',
      outputDetails: { included: true },
    });
  });

  test('says why an execution was stopped, where that was said', async () => {
    open([rule(changes(['ABORTED']), { Arn: functionArn })]);
    await machines.stop(start({ detail: { seconds: 1 } }), 'Enough', 'of this');
    expect((await payloads(1))[0].detail).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'of this' });
  });

  test('leaves out an input that is too large for an event', async () => {
    open([rule(changes(['RUNNING']), { Arn: functionArn })]);
    start({ detail: {}, large: '"'.repeat(130_000) });
    expect((await payloads(1))[0].detail).toMatchObject({ input: null, inputDetails: { included: false } });
  });
});
