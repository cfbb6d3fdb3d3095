import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sweep } from '../../functions/spot-wait/waiting.ts';

const job = (jobId: string, vcpus = 1) => ({ jobId, vcpus });
const minutes = (count: number) => new Date(Date.UTC(2026, 0, 1) + count * 60_000);
const waitSeconds = 600;
const sweepAt = (count: number, front: ReturnType<typeof job>[], freeVcpus: number, last = {}) =>
  sweep({ front, freeVcpus, last, now: minutes(count), waitSeconds });

describe('a Batch job on Spot', () => {
  test('that had room for SpotWaitSeconds and still waits lacks capacity', () => {
    const { tooLong, next } = sweepAt(0, [job('a')], 4);
    expect(tooLong).toEqual([]);
    expect(sweepAt(9, [job('a')], 4, next)).toEqual({ tooLong: [], next });
    expect(sweepAt(10, [job('a')], 4, next)).toEqual({ tooLong: ['a'], next: {} });
  });

  test('that waits behind others, because the vCPUs are in use, goes on waiting, however long', () => {
    for (const time of [0, 10, 100_000]) expect(sweepAt(time, [job('a')], 0)).toEqual({ tooLong: [], next: {} });
    expect(sweepAt(100_000, [job('a', 2)], 1.75)).toEqual({ tooLong: [], next: {} });
  });

  test('begins to count when there is room, whenever it was submitted', () => {
    const { next } = sweepAt(500, [job('a')], 1, {});
    expect(sweepAt(505, [job('a')], 1, next).tooLong).toEqual([]);
    expect(sweepAt(510, [job('a')], 1, next).tooLong).toEqual(['a']);
  });

  test('begins anew when there was no room in between', () => {
    const { next } = sweepAt(0, [job('a')], 1);
    const { next: none } = sweepAt(5, [job('a')], 0, next);
    expect(sweepAt(10, [job('a')], 1, none).tooLong).toEqual([]);
  });

  test('moves together with those behind it that would have run as well, and no others', () => {
    const front = [job('a', 2), job('b', 2), job('c', 1), job('d', 1)];
    const { next } = sweepAt(0, front, 4);
    expect(sweepAt(10, front, 4, next).tooLong).toEqual(['a', 'b']);
  });

  test('does not overtake a larger one that waits for its turn', () => {
    expect(sweepAt(0, [job('large', 8), job('small', 1)], 4).next).toEqual({});
  });

  test('is never moved in a queue whose vCPUs are in use, and never more of them than fit', () => {
    const jobs = fc.array(fc.constantFrom(0.25, 0.5, 1, 4, 16), { maxLength: 100 });
    fc.assert(
      fc.property(jobs, fc.constantFrom(-1, 0, 0.25, 1, 7.75, 16), (sizes, free) => {
        const front = sizes.map((vcpus, index) => job(`job-${index}`, vcpus));
        const last = Object.fromEntries(front.map(({ jobId }) => [jobId, minutes(0).toISOString()]));
        const { tooLong } = sweepAt(10, front, free, last);
        const used = front.filter(({ jobId }) => tooLong.includes(jobId)).reduce((sum, { vcpus }) => sum + vcpus, 0);
        expect(used).toBeLessThanOrEqual(Math.max(free, 0));
      }),
    );
  });
});
