// Checked by tsc, never run: what the client refuses to compile.

import { type Client, createClient, defineJob, type Execution, typed } from 'longhaul';
import { memoryDriver } from 'longhaul/testing';
import { z } from 'zod';

interface Report {
  rows: number;
}
const csvReport = defineJob({
  name: 'csv-report',
  input: z.object({ key: z.string(), since: z.string().transform((text) => new Date(text)) }),
  result: typed<Report>(),
});
const resize = defineJob({ name: 'resize', input: typed<{ width: number }>() });
const other = defineJob({ name: 'other', input: typed<{ width: number }>() });

const driver = memoryDriver();
const any = createClient({ driver });
const ours = createClient({ driver, jobs: [csvReport, resize] });
const report = { key: 'a.csv', since: '2026-12-24' };

export async function compiles(): Promise<Report[]> {
  // What is handed over is what the schema takes, not what it makes of it.
  const run = await any.run(csvReport, report, { idempotencyKey: 'k', delay: 60, tags: { team: 'sales' } });
  const named = await ours.run('csv-report', report);
  const known: Execution<Report> = ours.execution(csvReport, 'csv-report-1');
  const resumed: Execution<Report> = await ours.resume(run);
  const untyped: unknown = await any.wait('csv-report-1');
  const results = [await run.wait(), await named.wait(), await ours.wait(known), await resumed.wait()];
  const maybe: Report | undefined = await named.result();
  await ours.list({ job: 'resize', status: 'RUNNING' });
  await any.list({ job: 'whatever' });
  driver.handle(csvReport, ({ key }) => ({ rows: key.length }));
  return [...results, maybe ?? { rows: Number(untyped) }];
}

export async function wrongInputs(): Promise<void> {
  // @ts-expect-error a key is text
  await any.run(csvReport, { ...report, key: 1 });
  // @ts-expect-error the key is missing
  await any.run(csvReport, { since: '2026-12-24' });
  // @ts-expect-error what the schema makes of it is nothing to hand over
  await any.run(csvReport, { ...report, since: new Date() });
  // @ts-expect-error it takes no height
  await any.run(resize, { width: 1, height: 2 });
  // @ts-expect-error a width is a number, by name too
  await ours.run('resize', { width: '1' });
  // @ts-expect-error this is the input of the other job
  await ours.run('resize', report);
}

export async function unknownJobs(): Promise<void> {
  // @ts-expect-error there is no such job
  await ours.run('shrink', { width: 1 });
  // @ts-expect-error this one is not in the registry
  await ours.run(other, { width: 1 });
  // @ts-expect-error without a registry there are no names
  await any.run('resize', { width: 1 });
  // @ts-expect-error there is no such job to list
  await ours.list({ job: 'shrink' });
}

export async function wrongResults(): Promise<void> {
  const run = await ours.run('csv-report', report);
  // @ts-expect-error rows is a number
  const rows: string = (await run.wait()).rows;
  // @ts-expect-error a report has no columns
  const columns = (await run.wait()).columns;
  // @ts-expect-error there may be none yet
  const result: Report = await run.result();
  // @ts-expect-error an execution of one job is none of another
  const wrong: Execution<{ columns: number }> = run;
  // @ts-expect-error a handler delivers what the job does
  driver.handle(csvReport, () => ({ columns: 1 }));
  void [rows, columns, result, wrong];
}

export async function wrongOptions(client: Client): Promise<void> {
  // @ts-expect-error seconds are a number
  await client.run(resize, { width: 1 }, { delay: '60' });
  // @ts-expect-error there is no such way
  await client.run(resize, { width: 1 }, { onDuplicate: 'ignore' });
  // @ts-expect-error tags are texts
  await client.run(resize, { width: 1 }, { tags: { team: 1 } });
  // @ts-expect-error one place of executions, not two
  createClient({ driver, url: 'https://example.com' });
}
