import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LocalS3 } from './s3-fixture.ts';

const s3 = new LocalS3();
beforeEach(async () => {
  await s3.start();
  s3.events = [];
});
afterEach(async () => {
  vi.useRealTimers();
  await s3.stop();
});

const Bucket = 'bucket';
const put = (Key: string, Body = 'text') => s3.client.send(new PutObjectCommand({ Bucket, Key, Body }));

describe('object events', () => {
  it('tell of every way in which an object comes or goes', async () => {
    const { ETag, $metadata } = await put('incoming/ünï code.csv');
    await s3.client.send(
      new CopyObjectCommand({
        Bucket,
        Key: 'copy',
        CopySource: `bucket/${encodeURIComponent('incoming/ünï code.csv')}`,
      }),
    );
    const upload = { Bucket, Key: 'parts' };
    const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand(upload));
    const part = await s3.client.send(new UploadPartCommand({ ...upload, UploadId, PartNumber: 1, Body: 'part' }));
    const MultipartUpload = { Parts: [{ ...part, PartNumber: 1 }] };
    await s3.client.send(new CompleteMultipartUploadCommand({ ...upload, UploadId, MultipartUpload }));
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'copy' }));
    await s3.client.send(new DeleteObjectCommand({ Bucket, Key: 'never there' }));

    expect(s3.events.map(({ eventName, key }) => [eventName, key])).toEqual([
      ['ObjectCreated:Put', 'incoming/ünï code.csv'],
      ['ObjectCreated:Copy', 'copy'],
      ['ObjectCreated:CompleteMultipartUpload', 'parts'],
      ['ObjectRemoved:Delete', 'copy'],
    ]);
    expect(s3.events[0]).toEqual({
      bucket: 'bucket',
      key: 'incoming/ünï code.csv',
      eventName: 'ObjectCreated:Put',
      size: 4,
      eTag: ETag!.replaceAll('"', ''),
      sequencer: expect.stringMatching(/^[0-9A-F]{18}$/),
      requestId: $metadata.requestId,
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    });
  });

  it('are not sent for a write that is refused', async () => {
    await put('a');
    await s3.client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'b', IfNoneMatch: '*' })).catch(() => {});
    expect(s3.events).toHaveLength(1);
  });

  it('come when the object can be read already, and do not fail the write', async () => {
    const sizes: (number | undefined)[] = [];
    vi.spyOn(console, 'error').mockImplementation(() => {});
    const stop = s3.store.onEvent(({ bucket, key }) => {
      sizes.push(s3.store.get(bucket, key)?.size);
      throw new Error('a listener that fails');
    });
    await put('a');
    stop();
    vi.restoreAllMocks();
    expect(sizes).toEqual([4]);
    expect(s3.events).toHaveLength(1);
  });

  it('have a sequencer that only grows, over a restart and when the clock is set back', async () => {
    await Promise.all([put('a'), put('a'), put('a'), put('b')]);
    await s3.restart();
    vi.useFakeTimers({ toFake: ['Date'], now: new Date('2020-01-01') });
    s3.store.remove(Bucket, 'a', 'request');
    const sequencers = s3.events.map(({ sequencer }) => sequencer);
    expect(sequencers).toHaveLength(5);
    expect(sequencers).toEqual([...new Set(sequencers)].toSorted());
  });
});
