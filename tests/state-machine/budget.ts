import { spec } from './machine.ts';
import type { Ending } from './world.ts';

export interface Expected {
  status: 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  error?: string;
  attempts: number;
  interruptions: number;
  /** Capacity and counters of each launch. */
  launches: string[];
}

/** What DESIGN says must become of a sequence of endings, written down a second time and as plainly as possible. */
export function expected(endings: Ending[]): Expected {
  const script = [...endings];
  let attempt = 1;
  let interruptions = 0;
  let superseded = 0;
  let capacity = 'spot';
  const launches: string[] = [];
  const end = (status: Expected['status'], error?: string): Expected => ({
    status,
    ...(error && { error }),
    attempts: attempt,
    interruptions,
    launches,
  });

  for (;;) {
    const ending = script.shift() ?? 'success';
    if (ending === 'throttled') continue;
    if (ending === 'noCapacity') {
      capacity = 'onDemand';
      continue;
    }
    launches.push(`${capacity} ${attempt} ${interruptions}`);
    if (ending === 'lost') continue;
    if (ending === 'success') return end('SUCCEEDED');
    if (ending === 'stop') return end('ABORTED', 'Stopped');
    if (ending === 'exit65') return end('FAILED', 'Job.Rejected');
    if (ending === 'interruption' || ending === 'exit75' || ending === 'exit143') {
      interruptions += 1;
      if (capacity === 'spot') {
        if (interruptions >= spec.maxInterruptions) capacity = 'onDemand';
        continue;
      }
    }
    if (ending === 'exit76' && superseded < spec.maxInterruptions) {
      superseded += 1;
      continue;
    }
    if (attempt === spec.maxAttempts) return end('FAILED', ending === 'timeout' ? 'Job.TimedOut' : 'Job.Failed');
    attempt += 1;
  }
}
