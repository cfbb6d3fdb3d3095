export interface CountedColumnState {
  values: string[];
  counts: number[];
}

/** A column with few different values: each is counted, everything else is worked out from the counts at the end. */
export class CountedColumn {
  readonly #counts = new Map<string, { count: number }>();
  #text = 0;

  static restore(state: CountedColumnState): CountedColumn {
    const column = new CountedColumn();
    for (const [i, value] of state.values.entries()) {
      column.#counts.set(value, { count: state.counts[i]! });
      column.#text += value.length;
    }
    return column;
  }

  snapshot(): CountedColumnState {
    return {
      values: [...this.#counts.keys()],
      counts: Array.from(this.#counts.values(), ({ count }) => count),
    };
  }

  /** Counts a value; false, with nothing changed, when it is a new one for which there is no room. */
  add(value: string, limits: { exactValues: number; exactText: number }): boolean {
    const entry = this.#counts.get(value);
    if (entry !== undefined) {
      entry.count++;
      return true;
    }
    if (this.#counts.size === limits.exactValues || this.#text + value.length > limits.exactText) return false;
    this.#counts.set(ownText(value), { count: 1 });
    this.#text += value.length;
    return true;
  }

  get distinct(): number {
    return this.#counts.size;
  }

  /** Every value with its count, in the order of first occurrence. */
  *entries(): Generator<[string, number]> {
    for (const [value, { count }] of this.#counts) yield [value, count];
  }
}

/** A copy of a text that stands alone: V8 lets a piece of a text keep the whole (a block of the file) in memory. */
export function ownText(text: string): string {
  return text.length < 13 ? text : Buffer.from(text, 'utf16le').toString('utf16le');
}
