import { ExecutionAlreadyExists, StartExecutionCommand } from '@aws-sdk/client-sfn';
import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { handler as s3 } from '../../functions/triggers/s3/handler.ts';
import { handler as schedule } from '../../functions/triggers/schedule/handler.ts';
import { functionsAlone } from './functions-alone.ts';
import { context, environment, s3Notification, sample } from './lambda.ts';

const { sfn, logged, starts, events } = functionsAlone({ JOB: 'csv-report', BATCHING: 'record' });

// biome-ignore lint/suspicious/noExplicitAny: these tests send what is no event
const invoke = (handler: any, event: unknown): Promise<{ id: string; started: boolean }[]> => handler(event, context);

/** A record of a notification, for the object with this key as notifications write it. */
function record(key: string, sequencer: string | undefined = '01', versionId: string | null = null) {
  const [one] = s3Notification().Records;
  one.s3.object = { ...one.s3.object, key, versionId, sequencer };
  return one;
}

/** What S3 sends to EventBridge for the write that this record of a notification tells of. */
function byEventBridge({ s3, responseElements }: ReturnType<typeof record>, changes: object = {}) {
  const event = sample('S3Trigger');
  const { versionId, sequencer, size, eTag: etag } = s3.object;
  const key = decodeURIComponent(s3.object.key.replaceAll('+', ' '));
  const object = { key, size, etag, ...(versionId && { 'version-id': versionId }), ...(sequencer && { sequencer }) };
  const more = { bucket: { name: s3.bucket.name }, object, 'request-id': responseElements['x-amz-request-id'] };
  return { ...event, ...changes, detail: { ...event.detail, ...more } };
}

describe('S3', () => {
  test.each([
    ['EventBridge', () => sample('S3Trigger')],
    ['a notification', s3Notification],
  ])('an object that %s tells of starts its job, which gets the event as it came', async (_, fresh) => {
    const event = fresh();
    const [started] = await invoke(s3, event);
    expect(starts()).toMatchObject([{ stateMachineArn: environment.STATE_MACHINE_ARN, name: started?.id }]);
    expect(JSON.parse(starts()[0]?.input ?? '')).toMatchObject({ job: 'csv-report', source: 's3' });
    expect(events()).toEqual([event]);
  });

  test.each([
    ['an unversioned object', record('a%2Bb+c%2520.csv', '0065A1', null)],
    ['an object version', record('incoming/%C3%BC.csv', '0065A1', 'v1')],
  ])('%s has one id, whether EventBridge or a notification tells of it', async (_, one) => {
    const [[first], [second]] = [await invoke(s3, { Records: [one] }), await invoke(s3, byEventBridge(one))];
    expect(second?.id).toBe(first?.id);
  });

  test.each([
    ['ObjectCreated:CompleteMultipartUpload', 'Object Created'],
    ['ObjectRemoved:Delete', 'Object Deleted'],
    ['ObjectRestore:Completed', 'Object Restore Completed'],
    ['ObjectTagging:Put', 'Object Tags Added'],
    ['ObjectAcl:Put', 'Object ACL Updated'],
  ])('%s and %s are the same event', async (eventName, detailType) => {
    const one = { ...record('a.csv'), eventName };
    const event = byEventBridge(one, { 'detail-type': detailType });
    // As AWS sends them: a restore has its sequencer in the notification only.
    if (eventName.startsWith('ObjectRestore')) delete event.detail.object.sequencer;
    const ids = [await invoke(s3, { Records: [one] }), await invoke(s3, event)].map(([started]) => started?.id);
    expect(ids[1]).toBe(ids[0]);
    const [created] = await invoke(s3, { Records: [record('a.csv', '02')] });
    expect(created?.id).not.toBe(ids[0]);
  });

  test('an event of EventBridge that lacks the object says so', async () => {
    const event = byEventBridge(record('a.csv'));
    const without = { ...event, detail: { ...event.detail, object: {} } };
    await expect(invoke(s3, without)).rejects.toMatchObject({
      name: 'MalformedEventError',
      message: "1 of 1 not started: 'detail.object.key' must be a string that is not empty; it is undefined",
    });
    await expect(invoke(s3, { ...event, source: 'aws.ec2' })).rejects.toThrow("'source' aws.s3, or 'Records'");
  });

  test('a key that cannot come from S3 is a malformed record', async () => {
    await expect(invoke(s3, { Records: [record('50%')] })).rejects.toThrow("'s3.object.key' must be URL-encoded");
  });

  test('each record of an event starts an execution of its own, with an event of that record alone', async () => {
    const records = [record('a.csv'), record('b.csv')];
    expect(await invoke(s3, { Records: records })).toHaveLength(2);
    expect(events()).toEqual([{ Records: [records[0]] }, { Records: [records[1]] }]);
  });

  test('all records of an event start one execution when the trigger batches', async () => {
    vi.stubEnv('BATCHING', 'batch');
    const event = { Records: [record('a.csv'), record('b.csv')] };
    expect(await invoke(s3, event)).toHaveLength(1);
    expect(events()).toEqual([event]);
  });

  test('the same event delivered again has the same id, whatever S3 says of the delivery', async () => {
    const again = record('a.csv');
    again.eventTime = '2026-12-31T00:00:00Z';
    again.requestParameters.sourceIPAddress = '198.51.100.9';
    again.responseElements['x-amz-id-2'] = 'another host';
    const ids = [await invoke(s3, { Records: [record('a.csv')] }), await invoke(s3, { Records: [again] })];
    expect(ids[0]?.[0]?.id).toBe(ids[1]?.[0]?.id);
  });

  test('one event has one id, and events that differ in bucket, key, kind, version or sequencer have ids of their own', async () => {
    const field = fc.constantFrom('a', 'b', 'a,b', '%C3%BC', '"');
    const identity = fc.tuple(field, field, field, fc.option(field), field);
    const idOf = async ([bucket, key, eventName, versionId, sequencer]: [
      string,
      string,
      string,
      string | null,
      string,
    ]) => {
      const one = record(key, sequencer, versionId);
      one.s3.bucket.name = bucket;
      one.eventName = eventName;
      return (await invoke(s3, { Records: [one] }))[0]?.id;
    };
    await fc.assert(
      fc.asyncProperty(identity, identity, async (one, other) => {
        expect((await idOf(one)) === (await idOf(other))).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  test('a record without a sequencer is told apart by the request that caused it', async () => {
    const [one, other] = [record('a.csv'), record('a.csv')];
    for (const each of [one, other]) delete each.s3.object.sequencer;
    other.responseElements['x-amz-request-id'] = 'ANOTHER';
    const [first, second] = await invoke(s3, { Records: [one, other] });
    expect(first?.id).not.toBe(second?.id);
  });

  test('a malformed record is reported with what is missing, and the records beside it are started', async () => {
    const bad = record('b.csv');
    delete bad.s3.bucket.name;
    await expect(invoke(s3, { Records: [record('a.csv'), bad, record('c.csv')] })).rejects.toMatchObject({
      name: 'MalformedEventError',
      message: "1 of 3 not started: 's3.bucket.name' must be a string that is not empty; it is undefined",
    });
    expect(events().map((event) => event.Records[0].s3.object.key)).toEqual(['a.csv', 'c.csv']);
  });

  test('whatever arrives instead of an event, nothing passes in silence and every good record is started', async () => {
    const damaged = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom('s3', 'eventName', 'responseElements').map((key) => ({ ...record('x'), [key]: null })),
      fc.jsonValue().map((value) => ({ ...record('x'), s3: value })),
      fc.jsonValue().map((value) => ({ ...record('x'), s3: { bucket: { name: 'b' }, object: value } })),
    );
    const good = fc.string({ minLength: 1 }).map((key) => record(encodeURIComponent(key)));
    const any = fc.oneof(
      damaged.map((one) => ({ one, isGood: false })),
      good.map((one) => ({ one, isGood: true })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(any, { maxLength: 6 }), async (records) => {
        sfn.resetHistory();
        const outcome = await invoke(s3, { Records: records.map(({ one }) => one) }).catch((error: Error) => error);
        const started = events().map((event) => event.Records[0]);
        expect(started).toEqual(expect.arrayContaining(records.filter(({ isGood }) => isGood).map(({ one }) => one)));
        if (outcome instanceof Error) expect(outcome.message).not.toBe('');
        else expect(outcome).toHaveLength(records.length);
      }),
    );
    for (const event of [null, 7, 'text', [], {}, { Records: null }, { Records: [] }]) {
      await expect(invoke(s3, event)).rejects.toThrow(/./);
    }
  });
});

describe('schedule', () => {
  test('a time that has come starts the job, which gets what the schedule says', async () => {
    const event = { ...sample('ScheduleTrigger'), region: 'north' };
    expect(await invoke(schedule, event)).toMatchObject([{ started: true }]);
    expect(JSON.parse(starts()[0]?.input ?? '')).toMatchObject({ job: 'csv-report', source: 'schedule' });
    expect(events()).toEqual([event]);
  });

  test('a job gets the members of its input beside the schedule and the time', async () => {
    const event = sample('ScheduleTrigger');
    await invoke(schedule, { ...event, input: { region: 'north', limits: { rows: 10 } } });
    await invoke(schedule, { ...event, input: {} });
    expect(events()).toEqual([{ ...event, region: 'north', limits: { rows: 10 } }, event]);
  });

  test('an input never changes which execution a time starts', async () => {
    const event = sample('ScheduleTrigger');
    await invoke(schedule, event);
    await invoke(schedule, { ...event, input: { scheduledTime: 'tomorrow', job: 'hello-world' } });
    expect(new Set(starts().map(({ name }) => name)).size).toBe(1);
    expect(events()[1]).toEqual({ ...event, scheduledTime: 'tomorrow', job: 'hello-world' });
  });

  test.each([[null], [7], ['text'], [['north']]])('an input must be an object: %j is refused', async (input) => {
    await expect(invoke(schedule, { ...sample('ScheduleTrigger'), input })).rejects.toThrow("'input' must be");
    expect(starts()).toEqual([]);
  });

  test('the same time has one id however often it is delivered, another time or schedule another', async () => {
    const event = sample('ScheduleTrigger');
    const variants = [
      event,
      { ...event },
      { ...event, scheduledTime: '2026-01-03T03:00:00Z' },
      { ...event, scheduleArn: 'other' },
    ];
    const ids = [];
    for (const each of variants) ids.push((await invoke(schedule, each))[0]?.id);
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(3);
  });

  test('a schedule may name the job that it starts, which does not get to see that', async () => {
    const event = sample('ScheduleTrigger');
    await invoke(schedule, { ...event, job: 'hello-world' });
    expect(JSON.parse(starts()[0]?.input ?? '')).toMatchObject({ job: 'hello-world', source: 'schedule' });
    expect(starts()[0]?.name).toMatch(/^hello-world-[0-9a-f]{32}$/);
    expect(events()).toEqual([event]);
    for (const job of ['', null, 7, ['hello-world']]) {
      await expect(invoke(schedule, { ...event, job })).rejects.toThrow("'job' must be a string");
    }
    expect(starts()).toHaveLength(1);
  });

  test('a schedule whose Input names neither itself nor its time is told so', async () => {
    await expect(invoke(schedule, { input: {} })).rejects.toThrow("'scheduleArn' must be a string");
    await expect(invoke(schedule, { scheduleArn: 'a', scheduledTime: '' })).rejects.toThrow("'scheduledTime' must be");
    await expect(invoke(schedule, null)).rejects.toThrow(/must be an object/);
  });
});

describe('Step Functions', () => {
  test('an event that was started before is a success', async () => {
    sfn
      .on(StartExecutionCommand)
      .rejects(new ExecutionAlreadyExists({ message: 'Execution Already Exists', $metadata: {} }));
    expect(await invoke(s3, sample('S3Trigger'))).toMatchObject([{ started: false }]);
  });

  test('a throttled start fails the invocation, so that Lambda delivers it again, and keeps no other from starting', async () => {
    sfn
      .on(StartExecutionCommand)
      .rejectsOnce(Object.assign(new Error('Rate exceeded'), { name: 'ThrottlingException' }));
    await expect(invoke(s3, { Records: [record('a.csv'), record('b.csv')] })).rejects.toMatchObject({
      name: 'ThrottlingException',
      message: '1 of 2 not started: Rate exceeded',
    });
    expect(starts()).toHaveLength(2);
  });
});

test('each log line of a start has job and id, and none has the event', async () => {
  const event = s3Notification();
  event.Records[0].s3.object.key = 'the-secret-key';
  const [started] = await invoke(s3, event);
  const lines = logged.map((line) => JSON.parse(line));
  expect(lines).toMatchObject([{ level: 'INFO', message: 'Started', job: 'csv-report', id: started?.id }]);
  delete event.Records[0].s3.bucket;
  await expect(invoke(s3, event)).rejects.toThrow();
  expect(logged.join()).not.toContain('the-secret-key');
});

test('a trigger without the name of its job says which variable is missing', async () => {
  vi.stubEnv('JOB', '');
  await expect(invoke(s3, sample('S3Trigger'))).rejects.toThrow('JOB');
  vi.stubEnv('JOB', 'csv-report');
  vi.stubEnv('STATE_MACHINE_ARN', '');
  await expect(invoke(s3, sample('S3Trigger'))).rejects.toThrow('STATE_MACHINE_ARN');
});
