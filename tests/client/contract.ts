import type { Driver } from 'longhaul';
import {
  createClient,
  DuplicateExecutionError,
  defineJob,
  ExecutionStateError,
  InvalidCursorError,
  JobFailedError,
  typed,
  UnknownExecutionError,
} from 'longhaul';
import { executionName } from 'longhaul/trigger';
import { describe, expect, test } from 'vitest';
import { csvReport } from '../../containers/csv-report/job.ts';

/** As the app's job, which prints what it is given. */
export const helloWorld = defineJob({ name: 'hello-world', input: typed<{ name: string }>() });

/** A CSV object of two rows, and one that does not exist. */
export interface Objects {
  there: { bucket: string; key: string };
  missing: { bucket: string; key: string };
}

const unknown = `hello-world-${'0'.repeat(32)}`;
const hour = 3600;
const soon = { pollSeconds: 0.2 };
let keys = 0;
const someKey = () => `key ${Date.now()} ${keys++}`;

/**
 * What holds for every driver. The jobs are hello-world, which prints its input, and csv-report.
 *
 * @param given - called within tests, when what it gives is there
 */
export function keepsTheContract(name: string, given: () => { driver: Driver; objects: Objects }): void {
  describe(name, () => {
    const client = () => createClient({ driver: given().driver, jobs: [helloWorld, csvReport] });

    test('a job runs, and its result comes back', async () => {
      const run = await client().run(csvReport, given().objects.there);
      expect(run.started).toBe(true);
      const report = await run.wait(soon);
      expect(report).toMatchObject({ rows: 2, columns: [{ name: 'city' }, { name: 'people' }] });
      expect(await run.result()).toEqual(report);
      expect(await run.describe()).toMatchObject({
        id: run.id,
        job: 'csv-report',
        status: 'SUCCEEDED',
        result: report,
      });
    });

    test('a job that delivers nothing has no result, and its log shows what it was given', async () => {
      const run = await client().run('hello-world', { name: 'wörld' }, { tags: { team: 'sales', 'a key': 'a/b=c+d' } });
      expect(await run.result()).toBeUndefined();
      expect(await run.wait(soon)).toBeUndefined();
      const lines = await Array.fromAsync(run.logs({ follow: true, pollSeconds: 0.2 }));
      expect(lines.map(({ message }) => message).join('\n')).toContain('{"name":"wörld"}');
      expect(await run.describe()).toMatchObject({ tags: { team: 'sales', 'a key': 'a/b=c+d' } });

      const { driver } = given();
      const first = await driver.logs(run.id, { limit: 1 });
      expect(first.lines).toEqual(lines.slice(0, 1));
      const second = await driver.logs(run.id, { limit: 1, cursor: first.cursor });
      expect(second.lines).toEqual(lines.slice(1, 2));
    });

    test('a failure comes out of wait, with its reason', async () => {
      const run = await client().run('csv-report', given().objects.missing);
      const failure = await run.wait(soon).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(JobFailedError);
      expect(failure).toMatchObject({ id: run.id, status: 'FAILED', error: 'Job.Rejected', reason: /does not exist/ });
      expect(await run.result()).toBeUndefined();
    });

    test('the same key is one execution, and a second run is refused on request', async () => {
      const idempotencyKey = someKey();
      const first = await client().run(helloWorld, { name: 'a' }, { idempotencyKey });
      expect(first.id).toBe(executionName('hello-world', ['http', 'key', idempotencyKey]));
      const again = { idempotencyKey, onDuplicate: 'reject' } as const;
      const refusal = await client()
        .run(helloWorld, { name: 'a' }, again)
        .catch((error: unknown) => error);
      expect(refusal).toBeInstanceOf(DuplicateExecutionError);
      expect(refusal).toMatchObject({ id: first.id });
      await first.wait(soon);
      await expect(client().run(helloWorld, { name: 'a' }, again)).rejects.toBeInstanceOf(DuplicateExecutionError);
      expect(await client().run(helloWorld, { name: 'b' }, { idempotencyKey })).toMatchObject({
        id: first.id,
        started: false,
      });
    });

    test('a key that is not the same through every driver is refused in words', async () => {
      for (const idempotencyKey of ['', ' k', 'k ', 'a\nb', 'a\tb', 'заказ-17', 'é', 'k'.repeat(256)]) {
        const refusal = await client()
          .run(helloWorld, { name: 'a' }, { idempotencyKey })
          .catch((error: unknown) => error);
        expect(refusal).toBeInstanceOf(RangeError);
        expect(String(refusal)).toContain('1 to 255 characters of printable ASCII');
      }
      const idempotencyKey = `${someKey()}  ~!"#$%&'()*+,/:;<=>?@[\\]^_\`{|}`.padEnd(255, 'k');
      const run = await client().run(helloWorld, { name: 'a' }, { idempotencyKey });
      expect(run.id).toBe(executionName('hello-world', ['http', 'key', idempotencyKey]));
      await run.stop();
    });

    test('of two runs that must not be repeated, the first is told from the second while it runs', async () => {
      const options = { idempotencyKey: someKey(), onDuplicate: 'reject', delay: hour } as const;
      const first = await client().run(helloWorld, { name: 'a' }, options);
      expect(first.started).toBe(true);
      await expect(client().run(helloWorld, { name: 'a' }, options)).rejects.toBeInstanceOf(DuplicateExecutionError);
      await first.stop();
    });

    test('a delayed job waits, is stopped, and goes on waiting as another execution', async () => {
      const run = await client().run(helloWorld, { name: 'a' }, { delay: hour });
      expect(await run.describe()).toMatchObject({ status: 'RUNNING', attempt: 0 });
      await expect(run.resume()).rejects.toBeInstanceOf(ExecutionStateError);
      await expect(run.wait({ timeoutSeconds: 0.1 })).rejects.toMatchObject({ name: 'TimeoutError' });
      await run.stop('no longer needed');
      await run.stop('asked twice');
      const failure = await run.wait(soon).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(JobFailedError);
      expect(failure).toMatchObject({ status: 'ABORTED', error: 'Job.Stopped', reason: 'no longer needed' });

      const next = await run.resume();
      expect(next).toMatchObject({ id: `${run.id}-r1`, started: true });
      expect(await run.resume()).toMatchObject({ id: next.id, started: false });
      expect(await run.describe()).toMatchObject({ status: 'ABORTED', resumedAs: next.id });
      expect(await next.describe()).toMatchObject({ status: 'RUNNING', attempt: 0, resumes: run.id });
      await next.stop();
      expect(await next.resume()).toMatchObject({ id: `${run.id}-r2`, started: true });
      await client().stop(`${run.id}-r2`);
    });

    test('what failed is tried again as another execution; what succeeded is not', async () => {
      const failed = await client().run(csvReport, given().objects.missing);
      await expect(failed.wait(soon)).rejects.toBeInstanceOf(JobFailedError);
      const next = await failed.resume();
      await expect(next.wait(soon)).rejects.toBeInstanceOf(JobFailedError);
      expect(await next.describe()).toMatchObject({
        id: `${failed.id}-r1`,
        resumes: failed.id,
        reason: /does not exist/,
      });

      const succeeded = await client().run(csvReport, given().objects.there);
      await succeeded.wait(soon);
      await expect(succeeded.resume()).rejects.toBeInstanceOf(ExecutionStateError);
    });

    test('an execution that is not there is unknown, whatever is asked', async () => {
      const execution = client().execution(helloWorld, unknown);
      const asked = [
        () => execution.describe(),
        () => execution.wait(),
        () => execution.result(),
        () => execution.stop(),
        () => execution.resume(),
        () => execution.logs().next(),
      ];
      for (const ask of asked) await expect(ask()).rejects.toBeInstanceOf(UnknownExecutionError);
    });

    test('executions are listed newest first, by job and status, page by page', async () => {
      const ids: string[] = [];
      for (let count = 0; count < 3; count++) {
        const { id } = await client().run(helloWorld, { name: String(count) }, { delay: hour });
        ids.unshift(id);
        await new Promise((resolve) => setTimeout(resolve, 20)); // so that each has a time of its own
      }
      const query = { job: 'hello-world', status: 'RUNNING', limit: 2 } as const;
      const first = await client().list(query);
      expect(first.executions.map(({ id }) => id)).toEqual(ids.slice(0, 2));
      const second = await client().list({ ...query, cursor: first.cursor! });
      expect(second.executions.map(({ id }) => id)).toContain(ids[2]);
      const all = await Array.fromAsync(client().listAll(query));
      expect(all.slice(0, 3).map(({ id }) => id)).toEqual(ids);
      expect(all.every(({ job, status }) => job === 'hello-world' && status === 'RUNNING')).toBe(true);
      for (const id of ids) await client().stop(id);
    });

    test('a page that cannot be is refused', async () => {
      await expect(client().list({ limit: 0 })).rejects.toBeInstanceOf(RangeError);
      await expect(client().list({ limit: 101 })).rejects.toBeInstanceOf(RangeError);
      await expect(client().list({ cursor: 'nonsense' })).rejects.toBeInstanceOf(InvalidCursorError);
    });
  });
}
