import { describe, expect, test } from 'vitest';
import { ServiceError } from '../../longhaul/engine/endpoint/index.ts';
import { EventsWorld, functionArn, machineArn, order, queueArn, rule } from './events-fixture.ts';

const world = new EventsWorld();

describe('the input of a target', () => {
  const transformed = async (InputPathsMap: object, InputTemplate: string) => {
    world.open([rule({ source: ['shop'] }, { Arn: functionArn, InputTransformer: { InputPathsMap, InputTemplate } })]);
    await world.put({ ...order({ 'instance-id': 'i-1', state: 'RUNNING', says: 'a "b"', n: 5, at: null }) });
    return (await world.payloads(1))[0];
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

  // Recorded: localstack/localstack, test_events_inputs.py, test_input_transformer_nested_keys_replacement.
  test.each([
    ['"Payload of <payload> with id <id>"', '"Payload of {acc_id:0a787ecb-4015,sf_id:baz} with id 0a787ecb-4015"'],
    ['"<list> multiple list items"', '"[ACTIVE,INACTIVE] multiple list items"'],
    ['"<list> a list"\n"<id> an id"', '"[ACTIVE,INACTIVE] a list"\n"0a787ecb-4015 an id"'],
  ])('by the template %j, where what is no text loses its quotation marks', async (InputTemplate, expected) => {
    world.messaging.createQueue('orders');
    const InputPathsMap = { payload: '$.detail.payload', id: '$.detail.payload.acc_id', list: '$.detail.list' };
    const InputTransformer = { InputPathsMap, InputTemplate };
    world.open([rule({ source: ['shop'] }, { Arn: queueArn('orders'), InputTransformer })]);
    await world.put(order({ payload: { acc_id: '0a787ecb-4015', sf_id: 'baz' }, list: ['ACTIVE', 'INACTIVE'] }));
    expect((await world.message('orders')).Body).toBe(expected);
  });

  test('that is an object between the quotation marks of JSON is not delivered', async () => {
    world.messaging.createQueue('dead');
    const InputTransformer = { InputPathsMap: { detail: '$.detail' }, InputTemplate: '{"detail":"<detail>"}' };
    world.open([
      rule({ source: ['shop'] }, { Arn: functionArn, InputTransformer, DeadLetterConfig: { Arn: queueArn('dead') } }),
    ]);
    await world.put(order({ a: 1 }));
    const { MessageAttributes } = await world.message('dead');
    expect(MessageAttributes?.ERROR_MESSAGE?.StringValue).toContain('did not give JSON');
  });

  test('that is no JSON goes to the dead-letter queue at once', async () => {
    world.messaging.createQueue('dead');
    const InputTransformer = { InputPathsMap: paths, InputTemplate: '{"says":"<says>"}' };
    world.open([
      rule({ source: ['shop'] }, { Arn: functionArn, InputTransformer, DeadLetterConfig: { Arn: queueArn('dead') } }),
    ]);
    await world.put(order({ says: 'a "b"' }));
    const { MessageAttributes } = await world.message('dead');
    expect(MessageAttributes?.ERROR_MESSAGE?.StringValue).toContain('did not give JSON');
    expect(world.invoked).toEqual([]);
  });
});

describe('delivery', () => {
  test('to a queue: the event is the body', async () => {
    world.messaging.createQueue('orders');
    world.open([rule({ source: ['shop'] }, { Arn: queueArn('orders') })]);
    const { Entries } = await world.put(order());
    expect(JSON.parse((await world.message('orders')).Body!)).toMatchObject({
      id: Entries?.[0]?.EventId,
      source: 'shop',
    });
  });

  test('to a state machine: the event is the input', async () => {
    world.open([rule({ source: ['shop'] }, { Arn: machineArn })]);
    await world.put(order());
    await expect.poll(() => world.machines.executions.list(machineArn, 'SUCCEEDED', 10)).toHaveLength(1);
    const [listed] = world.machines.executions.list(machineArn, undefined, 10);
    const execution = world.machines.executions.get(listed!.arn);
    expect(JSON.parse(execution!.input)).toMatchObject({ source: 'shop', detail: { total: 7 } });
  });

  test('of an event that was accepted before the engine was killed is made by the next one', async () => {
    world.messaging.createQueue('orders');
    world.open([rule({ source: ['shop'] }, { Arn: queueArn('orders') })], false);
    const { Entries } = await world.put(order());
    world.open();
    expect(JSON.parse((await world.message('orders')).Body!)).toMatchObject({ id: Entries?.[0]?.EventId });
  });

  test('is tried again, until the target takes it', async () => {
    world.refusal = new Error('not now');
    world.open([rule({ source: ['shop'] }, { Arn: functionArn })]);
    await world.put(order());
    await expect.poll(() => world.db.prepare('SELECT attempts FROM events_deliveries').get()).toEqual({ attempts: 1 });
    world.refusal = undefined;
    expect(await world.payloads(1)).toHaveLength(1);
  });

  test('that fails for the last time puts the event into the dead-letter queue, with the reason', async () => {
    world.messaging.createQueue('dead');
    world.refusal = new Error('not now');
    const RetryPolicy = { MaximumRetryAttempts: 1 };
    world.open([
      rule({ source: ['shop'] }, { Arn: functionArn, RetryPolicy, DeadLetterConfig: { Arn: queueArn('dead') } }),
    ]);
    await world.put(order());
    const { Body, MessageAttributes = {} } = await world.message('dead');
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
    world.messaging.createQueue('dead');
    world.refusal = new ServiceError('ResourceNotFoundException', 'Function not found', 404);
    world.open([
      rule({ source: ['shop'] }, { Arn: functionArn, DeadLetterConfig: { Arn: queueArn('dead') } }),
      { ...rule({ source: ['shop'] }, { Arn: queueArn('nowhere') }), ref: 'Other' },
    ]);
    await world.put(order());
    const { MessageAttributes } = await world.message('dead');
    expect(MessageAttributes?.RETRY_ATTEMPTS?.StringValue).toBe('0');
    expect(MessageAttributes?.ERROR_CODE?.StringValue).toBe('ResourceNotFoundException');
    await expect.poll(() => world.db.prepare('SELECT count(*) AS n FROM events_deliveries').get()).toEqual({ n: 0 });
    expect(world.notices).toContainEqual(
      expect.stringContaining('did not reach arn:aws:sqs:us-east-1:000000000000:nowhere'),
    );
  });
});

describe('Step Functions', () => {
  const changes = (status: string[]) => ({
    source: ['aws.states'],
    'detail-type': ['Step Functions Execution Status Change'],
    detail: { status },
  });
  const execution = `${machineArn.replace('stateMachine', 'execution')}:one`;
  const start = (input: object) =>
    world.machines.start(world.machines.get(machineArn)!, execution, 'one', JSON.stringify(input));

  test('announces the start and the end of an execution', async () => {
    world.open([rule(changes(['RUNNING', 'SUCCEEDED']), { Arn: functionArn })]);
    const { startDate } = start({ detail: {} });
    const [running, succeeded] = await world.payloads(2);
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
    world.open([rule(changes(['ABORTED']), { Arn: functionArn })]);
    await world.machines.stop(start({ detail: { seconds: 1 } }), 'Enough', 'of this');
    expect((await world.payloads(1))[0].detail).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'of this' });
  });

  test('leaves out an input that is too large for an event', async () => {
    world.open([rule(changes(['RUNNING']), { Arn: functionArn })]);
    start({ detail: {}, large: '"'.repeat(130_000) });
    expect((await world.payloads(1))[0].detail).toMatchObject({ input: null, inputDetails: { included: false } });
  });
});
