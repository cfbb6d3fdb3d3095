import type { StandardJSONSchemaV1 } from '@standard-schema/spec';
import { describe, expect, it } from 'vitest';
import { type CsvObject, csvReport } from '../../containers/csv-report/job.ts';
import type { CsvReport } from '../../containers/csv-report/profile/result.ts';
import type { EventOf, InputOf, ResultOf } from '../../longhaul/client/job.ts';

const record = (object: object) => ({ eventSource: 'aws:s3', s3: { bucket: { name: 'uploads', arn: 'arn' }, object } });
const read = async (event: unknown) => csvReport.input!['~standard'].validate(event);
const problem = async (event: unknown) =>
  (await read(event)).issues!.map(({ path = [], message }) => `${path.join('.')}: ${message}`).join();

describe('the input of csv-report', () => {
  it('is an S3 event notification, whose key is decoded', async () => {
    const event = {
      Records: [record({ key: 'incoming/some+%C3%BCn%C3%AFcode%2Bkey.csv', size: 5, eTag: 'abc', versionId: 'v1' })],
    };
    expect(await read(event)).toEqual({
      value: { bucket: 'uploads', key: 'incoming/some ünïcode+key.csv', versionId: 'v1', eTag: 'abc' },
    });
  });

  it('is the event that S3 sends to EventBridge, whose key is taken as it is', async () => {
    const object = { key: 'incoming/a+b c%20.csv', size: 5, etag: 'abc', 'version-id': 'v1', sequencer: '1' };
    const detail = { version: '0', bucket: { name: 'uploads' }, object, reason: 'PutObject' };
    const event = { source: 'aws.s3', 'detail-type': 'Object Created', detail };
    expect(await read(event)).toEqual({
      value: { bucket: 'uploads', key: 'incoming/a+b c%20.csv', versionId: 'v1', eTag: 'abc' },
    });
  });

  it('is a bucket and a key, which is taken as it is', async () => {
    expect(await read({ bucket: 'uploads', key: 'a+b%20c.csv' })).toEqual({
      value: { bucket: 'uploads', key: 'a+b%20c.csv' },
    });
  });

  it.each([
    ['a missing key', { bucket: 'uploads' }, 'key: Invalid input: expected string'],
    ['a misspelt property', { bucket: 'uploads', key: 'a', kye: 'b' }, '"kye"'],
    ['an empty key', { bucket: 'uploads', key: '' }, 'key: Too small'],
    ['something else', 'a.csv', 'expected object, received string'],
    ['no record', { Records: [] }, 'Records: must hold exactly one record'],
    ['two records', { Records: [record({ key: 'a' }), record({ key: 'b' })] }, 'Records: must hold exactly one record'],
    [
      'a record without an object',
      { Records: [{ s3: { bucket: { name: 'b' } } }] },
      'Records.0.s3.object: Invalid input',
    ],
    [
      'an event without an object',
      { source: 'aws.s3', detail: { bucket: { name: 'b' } } },
      'detail.object: Invalid input',
    ],
    [
      'an event of another service',
      { source: 'aws.ec2', detail: { bucket: { name: 'b' }, object: { key: 'a' } } },
      'source: Invalid input: expected "aws.s3"',
    ],
    ['a key that is not encoded', { Records: [record({ key: '100%.csv' })] }, 'is not URL-encoded: "100%.csv"'],
  ])('says what is wrong: %s', async (_, event, message) => {
    expect(await problem(event)).toContain(message);
  });

  it('is described by a JSON Schema', () => {
    const standard = csvReport.input!['~standard'] as unknown as StandardJSONSchemaV1.Props;
    const schema = standard.jsonSchema.input({ target: 'draft-2020-12' });
    expect(schema.anyOf).toHaveLength(3);
    expect(JSON.stringify(schema)).toContain('"required":["bucket","key"]');
  });

  it('has types that the code which starts it and reads its result can rely on', () => {
    const event: EventOf<typeof csvReport> = { bucket: 'uploads', key: 'a' };
    const input = { ...event } satisfies InputOf<typeof csvReport> satisfies CsvObject;
    const rows = (report: ResultOf<typeof csvReport>): CsvReport['rows'] => report.rows;
    expect(rows({ rows: 3 } as CsvReport)).toBe(3);
    expect(input.key).toBe('a');
  });
});
