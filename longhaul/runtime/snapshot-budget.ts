/** Of the job's time, what taking checkpoints may cost. */
const SHARE = 0.02;
/** Milliseconds that may be spent at once after a while without: a burst of small checkpoints is taken in full. */
const SAVINGS = 20;
/** Milliseconds of credit after which it goes on, so that a small state is not timed call by call. */
const RESUME = 1;

/**
 * Says when `checkpoint.set` may take another snapshot: often while they are cheap, rarely when one of a large state takes
 * long. So what the last calls before a stop lose is at most 1/SHARE times the cost of a snapshot.
 */
export class SnapshotBudget {
  #credit = SAVINGS;
  #at: number;

  /** `now`: milliseconds on any clock that does not jump. */
  constructor(now: number) {
    this.#at = now;
  }

  /** Milliseconds to wait before the next snapshot, after one that ended at `now` and took `cost`. */
  spend(cost: number, now: number): number {
    this.#credit = Math.min(SAVINGS, this.#credit + (now - this.#at) * SHARE) - cost;
    this.#at = now;
    return this.#credit > 0 ? 0 : (RESUME - this.#credit) / SHARE;
  }
}
