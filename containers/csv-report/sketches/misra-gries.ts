/**
 * Frequent values in bounded memory: Misra and Gries, "Finding repeated elements" (1982), with the merge step of Agarwal et al.,
 * "Mergeable summaries" (2012) for values that come with a count. A value's true count lies in [count, count + overflow];
 * a value that is not kept occurred at most `overflow` times, and overflow ≤ n / (capacity + 1).
 */
export interface FrequentValuesState {
  capacity: number;
  overflow: number;
  values: string[];
  counts: number[];
}

export class FrequentValues {
  readonly capacity: number;
  #overflow = 0;
  #counts = new Map<string, { count: number }>();

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  static restore(state: FrequentValuesState): FrequentValues {
    const frequent = new FrequentValues(state.capacity);
    frequent.#overflow = state.overflow;
    for (const [i, value] of state.values.entries()) frequent.#counts.set(value, { count: state.counts[i]! });
    return frequent;
  }

  snapshot(): FrequentValuesState {
    return {
      capacity: this.capacity,
      overflow: this.#overflow,
      values: [...this.#counts.keys()],
      counts: Array.from(this.#counts.values(), ({ count }) => count),
    };
  }

  /** How much any count may be too low. */
  get overflow(): number {
    return this.#overflow;
  }

  /** `own` copies a text that is about to be kept, so that it does not hold on to the block that it was cut from. */
  add(value: string, own: (value: string) => string): void {
    const entry = this.#counts.get(value);
    if (entry !== undefined) entry.count++;
    else if (this.#counts.size < this.capacity) this.#counts.set(own(value), { count: 1 });
    else this.#subtract(1);
  }

  /** Starts from exact counts: all of them if they fit, else reduced by the largest count that does not. */
  seed(entries: Iterable<[string, number]>): void {
    for (const [value, count] of entries) this.#counts.set(value, { count });
    if (this.#counts.size <= this.capacity) return;
    const counts = Array.from(this.#counts.values(), ({ count }) => count).sort((a, b) => b - a);
    this.#subtract(counts[this.capacity]!);
  }

  /** The kept values, most frequent first (ties by text), with the lower bound of their count. */
  list(): [string, number][] {
    return Array.from(this.#counts, ([value, { count }]): [string, number] => [value, count]).sort(byCountThenText);
  }

  #subtract(amount: number): void {
    this.#overflow += amount;
    for (const [value, entry] of this.#counts) {
      entry.count -= amount;
      if (entry.count <= 0) this.#counts.delete(value);
    }
  }
}

/** Order of frequent values: by count, then by UTF-16 code units, which no locale changes. */
export function byCountThenText(a: [string, number], b: [string, number]): number {
  return b[1] - a[1] || (a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0);
}
