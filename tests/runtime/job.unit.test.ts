import { describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import { defineJob, type EventOf, type InputOf, type NameOf, type ResultOf, typed } from '../../longhaul/client/job.ts';
import type { JobContext, runJob } from '../../longhaul/runtime/index.ts';

const Upload = z.object({ bucket: z.string(), size: z.string().transform(Number) });
const job = defineJob({ name: 'csv-report', input: Upload, result: typed<{ rows: number }>() });

describe('a job definition', () => {
  it('carries the types of its event, its input and its result', () => {
    expectTypeOf<NameOf<typeof job>>().toEqualTypeOf<'csv-report'>();
    expectTypeOf<EventOf<typeof job>>().toEqualTypeOf<{ bucket: string; size: string }>();
    expectTypeOf<InputOf<typeof job>>().toEqualTypeOf<{ bucket: string; size: number }>();
    expectTypeOf<ResultOf<typeof job>>().toEqualTypeOf<{ rows: number }>();
    expect(job).toMatchObject({ name: 'csv-report', input: Upload });
  });

  it('gives the handler its input and holds it to its result', () => {
    type Handler = Parameters<
      typeof runJob<'csv-report', InputOf<typeof job>, { rows: number }, EventOf<typeof job>>
    >[1];
    expectTypeOf<Parameters<Handler>[0]>().toEqualTypeOf<JobContext<{ bucket: string; size: number }>>();
    expectTypeOf<{ rows: number }>().toExtend<ReturnType<Handler>>();
    expectTypeOf<{ lines: number }>().not.toExtend<ReturnType<Handler>>();
  });

  it('without schemas has an unknown input and result', () => {
    const plain = defineJob({ name: 'plain' });
    expectTypeOf<InputOf<typeof plain>>().toBeUnknown();
    expectTypeOf<ResultOf<typeof plain>>().toBeUnknown();
    expect(plain).toEqual({ name: 'plain' });
  });

  it('has room in its name for the id of a ninety-ninth resumption', () => {
    const { name } = defineJob({ name: 'j'.repeat(43) });
    expect(`${name}-${'0'.repeat(32)}-r99`).toHaveLength(80);
    expect(() => defineJob({ name: 'j'.repeat(44) })).toThrow('at most 43 characters');
  });

  it.each(['', 'CSV', '1st', 'a_b', 'a b', 'ü', '-a'])('cannot be named %j', (name) => {
    expect(() => defineJob({ name })).toThrow(`got ${JSON.stringify(name)}`);
  });

  it('cannot have an input that is no Standard Schema', () => {
    expect(() => defineJob({ name: 'a', input: { type: 'object' } as never })).toThrow('"input" of job "a"');
  });

  it('comes after another job when its input takes the result of that one', () => {
    const totals = defineJob({ name: 'totals', input: z.object({ rows: z.number() }), after: job });
    expect(totals.after).toBe(job);
    const third = defineJob({ name: 'third', after: totals });
    expect(third.after?.after).toBe(job);
    expectTypeOf<EventOf<typeof totals>>().toEqualTypeOf<{ rows: number }>();
    // @ts-expect-error it delivers rows, not lines
    defineJob({ name: 'lines', input: z.object({ lines: z.number() }), after: job });
    // @ts-expect-error nobody has said what `third` delivers
    defineJob({ name: 'fourth', input: z.object({ rows: z.number() }), after: third });
    // @ts-expect-error a name says nothing of what the job delivers
    expect(() => defineJob({ name: 'fifth', after: 'csv-report' })).toThrow(
      '"after" of job "fifth" must be another job',
    );
  });

  it('cannot come after itself, however long the way round', () => {
    const circle = (name: string, after: { name: string; after?: unknown }) => () =>
      defineJob({ name, after: after as never });
    const second = defineJob({ name: 'second', after: defineJob({ name: 'first' }) });
    expect(circle('first', second)).toThrow('would come after itself and never end: first after second after first');
    expect(circle('first', { name: 'first' })).toThrow('first after first');
  });
});
