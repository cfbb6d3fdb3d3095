import { DatabaseSync } from 'node:sqlite';
import { EventBridgeClient, TestEventPatternCommand } from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Endpoint, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { EventBuses, eventsService } from '../../longhaul/engine/services/events/index.ts';

const db = new DatabaseSync(':memory:');
let endpoint: Endpoint;
let events: EventBridgeClient;

beforeAll(async () => {
  endpoint = await startEndpoint({ port: 0, services: [eventsService(new EventBuses({ db, resources: [] }))] });
  events = new EventBridgeClient({
    endpoint: endpoint.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'any', secretAccessKey: 'any' },
  });
});
afterAll(async () => {
  events.destroy();
  await endpoint.close();
  db.close();
});

const envelope = {
  version: '0',
  id: 'ddddd4-aaaa-7777-4444-345dd43cc333',
  'detail-type': 'EC2 Instance State-change Notification',
  source: 'aws.ec2',
  account: '012345679012',
  time: '2017-10-02T16:24:49Z',
  region: 'us-east-1',
  resources: ['arn:aws:ec2:us-east-1:123456789012:instance/i-000000aaaaaa00000'],
  detail: {
    'c-count': 5,
    'd-count': 3,
    'x-limit': 301.8,
    'source-ip': '10.0.0.33',
    'instance-id': 'i-000000aaaaaa00000',
    state: 'running',
    none: null,
    on: true,
    empty: '',
    list: ['a', 'b'],
    nothing: [],
    nested: { deep: { value: 1 } },
    FileName: 'dir/report.PNG',
  },
};

const fits = async (pattern: unknown, event: object = envelope) => {
  const EventPattern = typeof pattern === 'string' ? pattern : JSON.stringify(pattern);
  return (await events.send(new TestEventPatternCommand({ EventPattern, Event: JSON.stringify(event) }))).Result;
};

/** A value that the pattern finds in `detail`, and one that it does not. */
const operators: [unknown, unknown, unknown][] = [
  [['running', 'stopped'], 'stopped', 'Running'],
  [[100], 100, 100.5],
  [[300], 3.0e2, '300'],
  [[true], true, 'true'],
  [[null], null, 'null'],
  [[''], '', null],
  [[{ prefix: 'us-' }], 'us-east-1', 'eu-us-1'],
  [[{ prefix: 'us-' }], ['eu-1', 'us-1'], 17],
  [[{ prefix: { 'equals-ignore-case': 'EventB' } }], 'eventbridge', 'bridge'],
  [[{ suffix: '.png' }], 'a.png', 'a.PNG'],
  [[{ suffix: { 'equals-ignore-case': '.png' } }], 'a.PNG', 'a.png.txt'],
  [[{ 'equals-ignore-case': 'alice' }], 'ALICE', 'alices'],
  [[{ wildcard: 'dir/*.png' }], 'dir/a/b.png', 'dir.png'],
  [[{ wildcard: '*/lib/*' }], '/usr/lib/x', '/usr/library/x'],
  [[{ wildcard: 'a\\*b\\\\*' }], 'a*b\\c', 'axb\\c'],
  [[{ wildcard: 'ab*ba' }], 'abba', 'aba'],
  [[{ wildcard: 'exact' }], 'exact', 'exactly'],
  [[{ wildcard: '*a*b*c*' }], 'xaxxbxcx', 'xcxbxa'],
  [[{ 'anything-but': 'initializing' }], 'running', 'initializing'],
  [[{ 'anything-but': 123 }], 124, 123],
  [[{ 'anything-but': ['stopped', 'overloaded'] }], 'running', 'overloaded'],
  [[{ 'anything-but': [100, 200, 300] }], 150, 200],
  [[{ 'anything-but': { prefix: 'init' } }], 'running', 'initializing'],
  [[{ 'anything-but': { prefix: ['init', 'stop'] } }], 'running', 'stopped'],
  [[{ 'anything-but': { suffix: '.png' } }], 'a.txt', 'a.png'],
  [[{ 'anything-but': { suffix: ['.png', '.jpg'] } }], 'a.txt', 'a.jpg'],
  [[{ 'anything-but': { 'equals-ignore-case': 'initializing' } }], 'running', 'INITIALIZING'],
  [[{ 'anything-but': { 'equals-ignore-case': ['one', 'two'] } }], 'three', 'TWO'],
  [[{ 'anything-but': { wildcard: '*/lib/*' } }], '/usr/bin/x', '/usr/lib/x'],
  [[{ 'anything-but': { wildcard: ['*/lib/*', '*/bin/*'] } }], '/usr/x', '/usr/bin/x'],
  [[{ numeric: ['=', 3.018e2] }], 301.8, 301.9],
  [[{ numeric: ['>', 0, '<=', 5] }], 5, 0],
  [[{ numeric: ['<', 10] }], -3, 10],
  [[{ numeric: ['>=', 10] }], 10, '11'],
  [[{ cidr: '10.0.0.0/24' }], '10.0.0.255', '10.0.1.0'],
  [[{ cidr: '2001:db8::/32' }], '2001:db8:1::7', '2001:db9::7'],
  [[{ cidr: '10.0.0.0/8' }], '10.1.2.3', 'no address'],
  [[{ exists: true }], 'anything', { not: 'a leaf' }],
  [[{ exists: false }], { not: 'a leaf' }, 0],
  [[{ exists: true }], null, []],
  [['other', { prefix: 'run' }], 'running', 'walking'],
  [{ inner: ['x'] }, [{ inner: 'y' }, { inner: 'x' }], [{ inner: 'y' }]],
];

test.each(operators)('%j finds %j and not %j', async (wanted, found, other) => {
  const pattern = { detail: { field: wanted } };
  expect(await fits(pattern, { ...envelope, detail: { field: found } })).toBe(true);
  expect(await fits(pattern, { ...envelope, detail: { field: other } })).toBe(false);
});

describe('fields', () => {
  test('of a pattern all have to fit, and what it does not name does not matter', async () => {
    const pattern = {
      time: [{ prefix: '2017-10-02' }],
      detail: {
        state: [{ 'anything-but': 'initializing' }],
        'c-count': [{ numeric: ['>', 0, '<=', 5] }],
        'd-count': [{ numeric: ['<', 10] }],
        'x-limit': [{ 'anything-but': [100, 200, 300] }],
        'source-ip': [{ cidr: '10.0.0.0/8' }],
      },
    };
    expect(await fits(pattern)).toBe(true);
    expect(await fits({ ...pattern, region: ['eu-west-1'] })).toBe(false);
  });

  test('that are not there have no value, also deep inside of what is not there', async () => {
    expect(await fits({ detail: { missing: [{ exists: false }] } })).toBe(true);
    expect(await fits({ missing: { deep: [{ exists: false }] } })).toBe(true);
    expect(await fits({ detail: { state: { deep: [{ exists: false }] } } })).toBe(true);
    for (const wanted of ['undefined', null, { 'anything-but': 'x' }, { exists: true }]) {
      expect(await fits({ detail: { missing: [wanted] } })).toBe(false);
    }
    expect(await fits({ detail: { constructor: [{ exists: true }] } })).toBe(false);
  });

  // Recorded: localstack/localstack, test_event_pattern[dot_joining_event], [dot_joining_pattern] and their [..._NEG].
  test('with a dot in the name are the same as those of an object', async () => {
    const dotted = { ...envelope, detail: { 'state.status': 'running' } };
    const nested = { ...envelope, detail: { state: { status: 'running' } } };
    for (const event of [dotted, nested]) {
      expect(await fits({ detail: { state: { status: ['running'] } } }, event)).toBe(true);
      expect(await fits({ detail: { 'state.status': ['running'] } }, event)).toBe(true);
      expect(await fits({ 'detail.state.status': ['running'] }, event)).toBe(true);
      expect(await fits({ detail: { 'state.status': { status: ['running'] } } }, event)).toBe(false);
      expect(await fits({ detail: { state: ['running'] } }, event)).toBe(false);
    }
    const both = { ...envelope, detail: { a: { b: 1 }, 'a.c': 2, d: 3, 'd.e': 4 } };
    expect(await fits({ detail: { a: { b: [1], c: [2] }, d: [3], 'd.e': [4] } }, both)).toBe(true);
  });

  test('that are lists fit with any of their elements', async () => {
    expect(await fits({ resources: envelope.resources })).toBe(true);
    expect(await fits({ detail: { list: ['b', 'z'] } })).toBe(true);
    expect(await fits({ detail: { nothing: [{ exists: false }] } })).toBe(true);
  });

  test('of one object are found in one element of a list, at any depth', async () => {
    const employees = [
      [
        { firstName: 'John', lastName: 'Doe' },
        { firstName: 'Anna', lastName: 'Smith' },
      ],
      [{ firstName: 'Peter', lastName: 'Jones' }],
    ];
    const event = { ...envelope, employees };
    expect(await fits({ employees: { firstName: ['Anna'], lastName: ['Smith'] } }, event)).toBe(true);
    expect(await fits({ employees: { firstName: ['Anna'], lastName: ['Jones'] } }, event)).toBe(false);
  });
});

describe('$or', () => {
  const event = {
    ...envelope,
    source: 'aws.cloudwatch',
    metricType: 'MetricType',
    namespace: 'AWS/EC2',
    spaceId: 1000,
  };
  const pattern = (spaceId: number) => ({
    source: ['aws.cloudwatch'],
    $or: [
      { metricName: ['CPUUtilization', 'ReadLatency'] },
      {
        metricType: ['MetricType'],
        namespace: ['AWS/EC2', 'AWS/ES'],
        $or: [{ metricId: [1234] }, { spaceId: [spaceId] }],
      },
      { scope: ['Service'] },
    ],
  });

  test('takes any of its patterns, beside the fields next to it', async () => {
    expect(await fits(pattern(1000), event)).toBe(true);
    expect(await fits(pattern(1001), event)).toBe(false);
    expect(await fits(pattern(1000), { ...event, source: 'aws.s3' })).toBe(false);
    expect(await fits({ detail: { $or: [{ state: ['x'] }, { 'c-count': [5] }] } })).toBe(true);
  });

  test('is a field like others where it has no alternatives', async () => {
    expect(await fits({ $or: { a: [1] } }, { ...envelope, $or: { a: 1 } })).toBe(true);
    expect(await fits({ $or: ['x'] }, { ...envelope, $or: 'x' })).toBe(true);
  });
});

test.each([
  ['no JSON', /JSON/],
  [['a'], /Filter is not an object/],
  [{}, /Empty objects/],
  [{ source: [] }, /Empty arrays/],
  [{ source: {} }, /Empty objects/],
  [{ source: 'aws.ec2' }, /"source" must be an object or an array/],
  [{ source: [['aws.ec2']] }, /Match value must be/],
  [{ source: [{ like: 'x' }] }, /Unrecognized match type like/],
  [{ source: [{ constructor: 'x' }] }, /Unrecognized match type constructor/],
  [{ source: [{ prefix: 'x', suffix: 'y' }] }, /Only one key/],
  [{ source: [{ prefix: 1 }] }, /prefix match pattern must be a string/],
  [{ source: [{ suffix: ['.png'] }] }, /suffix match pattern must be a string/],
  [{ source: [{ prefix: { suffix: 'x' } }] }, /Unsupported prefix pattern/],
  [{ source: [{ exists: 'yes' }] }, /either true or false/],
  [{ source: [{ wildcard: 'a**b' }] }, /Consecutive wildcard characters at pos 2/],
  [{ source: [{ wildcard: 'a\\b' }] }, /Invalid escape/],
  [{ source: [{ wildcard: '*:*:*:*:*:event-bus/*' }] }, /Rule is too complex/],
  [{ source: [{ numeric: ['>', '1'] }] }, /Value of > must be numeric/],
  [{ source: [{ numeric: ['>', 0, '<'] }] }, /Value of < must be numeric/],
  [{ source: [{ numeric: ['>', 0, '>', 0] }] }, /Bad numeric range operator: >/],
  [{ source: [{ numeric: 10 }] }, /Value of numeric must be an array\./],
  [{ source: [{ numeric: ['~', 1] }] }, /Unrecognized numeric range operator: ~/],
  [{ source: [{ numeric: ['>', 5, '<', 1] }] }, /Bottom must be less than top/],
  [{ source: [{ numeric: ['>', 6e9] }] }, /5.0e9/],
  [{ source: [{ cidr: '10.0.0.0' }] }, /Malformed CIDR, one '\/' required/],
  [{ source: [{ cidr: '10.0.0.0/x' }] }, /Malformed CIDR, mask bits must be an integer/],
  [{ source: [{ cidr: '10.0.0/8' }] }, /Nonstandard IP address: 10.0.0$/],
  [{ source: [{ cidr: '10.0.0.0/33' }] }, /Malformed CIDR/],
  [{ source: [{ 'anything-but': ['a', 1] }] }, /either all values/],
  [{ source: [{ 'anything-but': null }] }, /must be an array or single/],
  [{ source: [{ 'anything-but': ['a', null] }] }, /Inside anything but list, start\|null\|boolean/],
  [{ source: [{ 'anything-but': { prefix: '' } }] }, /Null prefix\/suffix not allowed/],
  [{ source: [{ 'anything-but': { suffix: ['a', ''] } }] }, /Null prefix\/suffix not allowed/],
  [{ source: [{ 'anything-but': { prefix: { 'equals-ignore-case': 'a' } } }] }, /must be an array or single/],
  [{ source: [{ 'anything-but': { suffix: { 'equals-ignore-case': 'a' } } }] }, /must be an array or single/],
  [{ source: [{ 'anything-but': { 'equals-ignore-case': 1 } }] }, /Inside anything-but\/equals-ignore-case list/],
  [{ source: [{ 'anything-but': { cidr: '10.0.0.0/8' } }] }, /Unsupported anything-but/],
])('the pattern %j is refused with what is wrong', async (pattern, reason) => {
  const refused = fits(pattern);
  await expect(refused).rejects.toMatchObject({ name: 'InvalidEventPatternException' });
  await expect(refused).rejects.toThrow(reason);
});

test('an event may lack its resources', async () => {
  const { resources: _, ...event } = envelope;
  expect(await fits({ source: ['aws.ec2'] }, event)).toBe(true);
});

test('an event without what every event has is refused', async () => {
  const { id: _, ...event } = envelope;
  await expect(fits({ source: ['x'] }, event)).rejects.toMatchObject({
    name: 'ValidationException',
    message: expect.stringContaining('it has no id'),
  });
});
