import {
  DeleteRuleCommand,
  DescribeEventBusCommand,
  DescribeRuleCommand,
  ListEventBusesCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { describe, expect, test } from 'vitest';
import { EventsWorld, functionArn, order, resource, rule } from './events-fixture.ts';

const world = new EventsWorld();

describe('PutEvents', () => {
  test('gives a function the event as EventBridge writes it', async () => {
    world.open([rule({ source: ['shop'] }, { Arn: functionArn })]);
    const Time = new Date('2026-01-02T03:04:05.678Z');
    const { FailedEntryCount, Entries } = await world.put({ ...order(), Time, Resources: ['arn:aws:s3:::bucket'] });
    expect(FailedEntryCount).toBe(0);
    expect(await world.payloads(1)).toEqual([
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
    expect(world.invoked[0]?.functionName).toBe(functionArn);
  });

  test('tells of each wrong entry what is wrong, and accepts the others', async () => {
    world.open([rule({ source: ['shop'] }, { Arn: functionArn })]);
    const { FailedEntryCount, Entries } = await world.put(
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
    expect((await world.payloads(1))[0].detail).toEqual({ good: true });
  });

  test('takes 1 to 10 entries of less than 1 MiB together', async () => {
    world.open();
    await expect(world.put()).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(world.put(...Array.from({ length: 11 }, () => order()))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(world.put(order({ large: 'x'.repeat(1_048_576) }))).rejects.toThrow('over the limit');
    await expect(world.put(order({ large: 'x'.repeat(1_048_000) }))).resolves.toMatchObject({ FailedEntryCount: 0 });
  });

  test('for a bus that is not there is accepted, as on AWS, and the user is told', async () => {
    world.open();
    await world.put({ ...order(), EventBusName: 'nowhere' });
    expect(world.notices).toEqual([expect.stringContaining('nowhere')]);
  });
});

describe('rules', () => {
  test('match events of their own bus, unless they are disabled', async () => {
    world.open([
      resource('AWS::Events::EventBus', 'orders', {}),
      rule({ source: ['shop'] }, { Arn: functionArn, Input: '"default"' }),
      {
        ...rule({ source: ['shop'] }, { Arn: functionArn, Input: '"orders"' }, { EventBusName: 'orders' }),
        ref: 'orders|Rule',
      },
      { ...rule({ source: ['shop'] }, { Arn: functionArn, Input: '"off"' }, { State: 'DISABLED' }), ref: 'Off' },
    ]);
    await world.put({ ...order(), EventBusName: 'arn:aws:events:us-east-1:000000000000:event-bus/orders' });
    expect(await world.payloads(1)).toEqual(['orders']);
    await world.put(order());
    expect(await world.payloads(2)).toEqual(['orders', 'default']);
    const { EventBuses } = await world.events.send(new ListEventBusesCommand({}));
    expect(EventBuses?.map(({ Name }) => Name)).toEqual(['default', 'orders']);
    expect(await world.events.send(new DescribeEventBusCommand({ Name: 'orders' }))).toMatchObject({
      Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/orders',
    });
  });

  test('are put, listed, described and deleted through the API, and outlive the engine', async () => {
    world.open();
    const EventPattern = '{"source":["shop"]}';
    const { RuleArn } = await world.events.send(
      new PutRuleCommand({ Name: 'mine', EventPattern, Description: 'Orders' }),
    );
    expect(RuleArn).toBe('arn:aws:events:us-east-1:000000000000:rule/mine');
    const target = { Id: 'a', Arn: functionArn, InputPath: '$.detail.items[1].name' };
    await world.events.send(new PutTargetsCommand({ Rule: 'mine', Targets: [target] }));
    await world.buses.close();
    world.open();
    expect(await world.events.send(new DescribeRuleCommand({ Name: 'mine' }))).toMatchObject({
      Arn: RuleArn,
      EventPattern,
      State: 'ENABLED',
      Description: 'Orders',
    });
    expect(await world.events.send(new ListTargetsByRuleCommand({ Rule: 'mine' }))).toMatchObject({
      Targets: [target],
    });
    await world.put(order({ items: [{ name: 'a' }, { name: 'b' }] }));
    expect(await world.payloads(1)).toEqual(['b']);
    expect((await world.events.send(new ListRulesCommand({ NamePrefix: 'mi' }))).Rules).toHaveLength(1);
    await expect(world.events.send(new DeleteRuleCommand({ Name: 'mine' }))).rejects.toThrow('it has targets');
    await world.events.send(new RemoveTargetsCommand({ Rule: 'mine', Ids: ['a'] }));
    await world.events.send(new DeleteRuleCommand({ Name: 'mine' }));
    await expect(world.events.send(new DescribeRuleCommand({ Name: 'mine' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  // Recorded: localstack/localstack, test_put_target_id_validation, …_transformer_missing_keys, test_add_exceed_fife_targets_per_rule.
  test('take at most five targets, and none that EventBridge refuses', async () => {
    world.open();
    await world.events.send(new PutRuleCommand({ Name: 'mine', EventPattern: '{"source":["shop"]}' }));
    const put = (...Targets: object[]) =>
      world.events.send(
        new PutTargetsCommand({
          Rule: 'mine',
          Targets: Targets.map((target) => ({ Id: 'a', Arn: functionArn, ...target })),
        }),
      );
    const at =
      "1 validation error detected: Value '%' at 'targets.1.member.id' failed to satisfy constraint: Member must";
    for (const [Id, constraint] of [
      ['!@#$', 'satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+'],
      ['a'.repeat(65), 'have length less than or equal to 64'],
    ] as const) {
      await expect(put({ Id })).rejects.toMatchObject({
        name: 'ValidationException',
        message: `${at.replace('%', () => Id)} ${constraint}`,
      });
    }
    const transformer = (InputTemplate: string) => ({
      InputTransformer: { InputPathsMap: { known: '$.id' }, InputTemplate },
    });
    await expect(put(transformer('"<known> <other>"'))).rejects.toMatchObject({
      name: 'ValidationException',
      message: 'InputTemplate for target a contains invalid placeholder other.',
    });
    await put(transformer('"<known> <aws.events.rule-name>"'));
    const six = ['a', 'b', 'c', 'd', 'e', 'f'].map((Id) => ({ Id }));
    await put(...six.slice(0, 5));
    await expect(put(...six)).rejects.toMatchObject({
      name: 'LimitExceededException',
      message: 'The requested resource exceeds the maximum number allowed.',
    });
  });

  test('of the template are what the template says at the next start, whatever was put over them', async () => {
    const declared = rule({ source: ['shop'] }, { Arn: functionArn });
    const patterns = async () =>
      (await world.events.send(new ListRulesCommand({}))).Rules?.map((one) => one.EventPattern);
    world.open([declared]);
    await world.events.send(new PutRuleCommand({ Name: 'Rule', EventPattern: '{"source":["mine"]}' }));
    expect(await patterns()).toEqual(['{"source":["mine"]}']);
    await world.buses.close();
    world.open([declared]);
    expect(await patterns()).toEqual(['{"source":["shop"]}']);
    await world.events.send(new PutRuleCommand({ Name: 'Rule', EventPattern: '{"source":["mine"]}' }));
    await world.buses.close();
    world.open();
    expect(await patterns()).toEqual([]);
  });

  test('that cannot be read are told to whoever puts them', async () => {
    const broken = rule({ source: [{ like: 'x' }] }, { Arn: functionArn });
    const topic = rule({ source: ['x'] }, { Arn: 'arn:aws:sns:us-east-1:000000000000:topic' });
    const InputTransformer = { InputTemplate: '"<other>"' };
    const unknown = rule({ source: ['x'] }, { Arn: functionArn, InputTransformer });
    world.open([broken, { ...topic, ref: 'Topic', path: 'Topic' }, { ...unknown, ref: 'Other', path: 'Other' }]);
    expect(world.notices).toEqual([
      expect.stringContaining('arn:aws:sns'),
      expect.stringMatching(/Other: AWS would refuse it: .* invalid placeholder other/),
      expect.stringMatching(/Rule .*match type like/),
    ]);
    await expect(world.events.send(new PutRuleCommand({ Name: 'x', EventPattern: '{"a":1}' }))).rejects.toMatchObject({
      name: 'InvalidEventPatternException',
    });
    await expect(world.events.send(new PutRuleCommand({ Name: 'x', EventBusName: 'no' }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});
