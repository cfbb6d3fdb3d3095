import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import type { GetObjectCommandInput, S3Client } from '@aws-sdk/client-s3';
import { testJob } from 'longhaul/testing';
import { describe, expect, it } from 'vitest';
import { csvReportWork } from '../../containers/csv-report/work.ts';
import { profile } from './profile.ts';

const csv = readFileSync(new URL('../../node_modules/vega-datasets/data/birdstrikes.csv', import.meta.url));

/** An S3 with one object, as far as the job asks for it; `ranges` is what it asked for. */
function s3With(body: Buffer) {
  const ranges: (string | undefined)[] = [];
  const send = async ({ input: { Range } }: { input: GetObjectCommandInput }) => {
    ranges.push(Range);
    const from = Number(/^bytes=(\d+)-$/.exec(Range ?? '')?.[1] ?? 0);
    const chunks = Array.from({ length: Math.ceil((body.length - from) / 65_536) }, (_, index) =>
      body.subarray(from + index * 65_536, Math.min(body.length, from + (index + 1) * 65_536)),
    );
    const range = Range && { ContentRange: `bytes ${from}-${body.length - 1}/${body.length}` };
    return { Body: Readable.from(chunks), ContentLength: body.length - from, ETag: '"e"', ...range };
  };
  return { s3: { send } as unknown as S3Client, ranges };
}

const input = { bucket: 'uploads', key: 'birds.csv' };

describe('csv-report, in this process and without AWS', () => {
  it('profiles an object and stores the page', async () => {
    const run = await testJob(csvReportWork(s3With(csv).s3), { input });
    expect(run.outcome).toBe('done');
    expect(run.result).toMatchObject({ rows: 10_000, columns: profile(csv).columns });
    expect(String(run.artifacts['report.html'])).toContain('birds.csv');
    expect(run.progress.at(-1)).toMatchObject({ done: csv.length, total: csv.length });
  });

  it('gives the same report when it is interrupted at every fourth checkpoint, and reads nothing twice', async () => {
    const whole = await testJob(csvReportWork(s3With(csv).s3), { input });
    const { s3, ranges } = s3With(csv);
    const run = await testJob(csvReportWork(s3), { input, interruptAfter: 4 });
    expect(run.starts).toBeGreaterThan(3);
    expect(JSON.stringify(run.result)).toBe(JSON.stringify(whole.result));
    expect(run.artifacts).toEqual(whole.artifacts);
    const begun = ranges.map((range) => Number(/\d+/.exec(range ?? '0')![0]));
    expect(begun).toEqual([...new Set(begun)].sort((a, b) => a - b));
    expect(begun).toHaveLength(run.starts);
  });

  it('is told at once when its input is no object', async () => {
    // @ts-expect-error a key is missing
    const run = await testJob(csvReportWork(s3With(csv).s3), { input: { bucket: 'uploads' } });
    expect(run).toMatchObject({ outcome: 'rejected', error: { problems: [{ path: 'key' }] } });
  });
});
