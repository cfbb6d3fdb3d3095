import { expect, test } from 'vitest';
import { expected } from './budget.ts';
import { type Ending, type Run, run } from './world.ts';

const LAUNCHES = 4;
/** Containers that were not watched for a while: looking for them takes many states, so their sequences are shorter. */
const SEARCHED: Ending[] = ['exit76', 'lost'];
const LAUNCHES_OF_SEARCHED = 3;
const LAST: Ending[] = ['success', 'exit65', 'stop'];
const MORE: Ending[] = ['exit1', 'exit75', 'exit143', 'interruption', 'timeout', 'noCapacity', 'throttled'];

type Job = 'on-batch' | 'on-ecs';

/**
 * Every sequence of endings of up to `LAUNCHES` launches that begins so, and what came of it: an ending that ends the execution
 * is the last of its sequence. Each beginning is run once, and all that follows goes on from where it was left.
 */
async function* sequences(job: Job, begin: Ending[], begun: Run): AsyncGenerator<[Ending[], Run]> {
  const launches = begin.some((ending) => SEARCHED.includes(ending)) ? LAUNCHES_OF_SEARCHED : LAUNCHES;
  if (begin.length === launches || LAST.includes(begin.at(-1)!)) {
    yield [begin, begun.paused ? await run(job, [], {}, 'success', begun.paused) : begun];
    return;
  }
  const following = begin.length < LAUNCHES_OF_SEARCHED ? [...LAST, ...MORE, ...SEARCHED] : [...LAST, ...MORE];
  for (const ending of following) yield* sequences(job, [...begin, ending], await next(job, ending, begun));
}

/** An execution that is over already stays what it is. */
async function next(job: Job, ending: Ending, begun: Run): Promise<Run> {
  return begun.paused ? await run(job, [ending], {}, 'pause', begun.paused) : begun;
}

/** A test per first ending. */
export function everySequence(job: Job): void {
  test.each([...LAST, ...MORE, ...SEARCHED])(
    'that begins with %s ends as designed, and never has two containers',
    async (first) => {
      for await (const [sequence, seen] of sequences(job, [first], await run(job, [first], {}, 'pause'))) {
        const want = expected(sequence);
        const context = `${job}: ${sequence.join(', ')}`;

        expect(seen.outcome.status, context).toBe(want.status);
        expect(seen.mostAlive, context).toBeLessThanOrEqual(1);
        expect(seen.aliveAtEnd, context).toBe(0);
        expect(
          seen.launches.map(({ capacity, environment }) =>
            [capacity, environment.STP_CURRENT_ATTEMPT, environment.STP_INTERRUPTIONS].join(' '),
          ),
          context,
        ).toEqual(want.launches);
        if (seen.outcome.status === 'SUCCEEDED') {
          expect(seen.outcome.output, context).toMatchObject({
            job,
            attempts: want.attempts,
            interruptions: want.interruptions,
          });
          expect(seen.failedJobs, context).toEqual([]);
        } else {
          expect(seen.outcome.error, context).toBe(want.error);
        }
        if (want.status === 'FAILED') {
          const cause = JSON.parse((seen.outcome as { cause?: string }).cause ?? '');
          expect(cause, context).toMatchObject({ attempt: want.attempts, interruptions: want.interruptions });
          expect(seen.failedJobs, context).toEqual([{ id: 'execution-1', job, error: want.error, cause }]);
        }
      }
    },
  );
}

export function theSameForEver(job: Job): void {
  test.each<[Ending, string]>([
    ['exit1', 'Job.Failed'],
    ['exit75', 'Job.Failed'],
    ['exit76', 'Job.Failed'],
    ['exit143', 'Job.Failed'],
    ['interruption', 'Job.Failed'],
    ['timeout', 'Job.TimedOut'],
    // On demand a Batch job waits for its turn, however long.
    ...(job === 'on-ecs' ? ([['noCapacity', 'Job.LaunchFailed']] as [Ending, string][]) : []),
    ['throttled', 'Job.LaunchFailed'],
    ['lost', 'Job.LaunchFailed'],
  ])('%s ends as %s', async (ending, error) => {
    const seen = await run(job, [], {}, ending);
    expect(seen.outcome).toMatchObject({ status: 'FAILED', error });
    expect(seen.mostAlive).toBeLessThanOrEqual(1);
    expect(seen.aliveAtEnd).toBe(0);
    expect(seen.failedJobs).toHaveLength(1);
  });
}
