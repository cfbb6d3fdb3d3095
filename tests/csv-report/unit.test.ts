import { readFileSync } from 'node:fs';
import { testJob } from 'longhaul/testing';
import { describe, expect, it } from 'vitest';
import { csvReportWork } from '../../containers/csv-report/work.ts';
import { profile } from './profile.ts';

const csv = readFileSync(new URL('../../node_modules/vega-datasets/data/birdstrikes.csv', import.meta.url));

const input = { bucket: 'uploads', key: 'birds.csv' };
const objects = { 's3://uploads/birds.csv': csv };

describe('csv-report, in this process and without AWS', () => {
  it('profiles an object and stores the page', async () => {
    const run = await testJob(csvReportWork, { input, objects });
    expect(run.outcome).toBe('done');
    expect(run.result).toMatchObject({ rows: 10_000, columns: profile(csv).columns });
    expect(String(run.artifacts['report.html'])).toContain('birds.csv');
    expect(run.progress.at(-1)).toMatchObject({ done: csv.length, total: csv.length });
  });

  it('gives the same report when it is interrupted at every fourth checkpoint, and reads nothing twice', async () => {
    const whole = await testJob(csvReportWork, { input, objects });
    const run = await testJob(csvReportWork, { input, objects, interruptAfter: 4 });
    expect(run.starts).toBeGreaterThan(3);
    expect(JSON.stringify(run.result)).toBe(JSON.stringify(whole.result));
    expect(run.artifacts).toEqual(whole.artifacts);
    const begun = run.logs.flatMap(({ message, offset }) =>
      message === 'Continuing from the checkpoint' ? [Number(offset)] : [],
    );
    expect(begun).toEqual([...new Set(begun)].sort((a, b) => a - b));
    expect(begun).toHaveLength(run.starts - 1);
  });

  it('is told at once when its input is no object', async () => {
    // @ts-expect-error a key is missing
    const run = await testJob(csvReportWork, { input: { bucket: 'uploads' } });
    expect(run).toMatchObject({ outcome: 'rejected', error: { problems: [{ path: 'key' }] } });
  });
});
