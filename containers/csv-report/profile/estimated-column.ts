import { hash } from '../sketches/hash.ts';
import { HyperLogLog, type HyperLogLogState } from '../sketches/hyperloglog.ts';
import { FrequentValues, type FrequentValuesState } from '../sketches/misra-gries.ts';
import type { Budget } from './budget.ts';
import { type CellReader, characters, type Kind } from './cell.ts';
import { ownText } from './counted-column.ts';
import { NumberSketch, type NumberSketchState } from './number-sketch.ts';

export interface EstimatedColumnState {
  kinds: Partial<Record<Kind, number>>;
  shortest: number;
  longest: number;
  distinct: HyperLogLogState;
  frequent: FrequentValuesState;
  numbers?: NumberSketchState;
  times?: NumberSketchState;
}

/** A column with many different values: sketches of bounded size. */
export class EstimatedColumn {
  readonly kinds: Partial<Record<Kind, number>>;
  readonly distinct: HyperLogLog;
  readonly frequent: FrequentValues;
  /** Characters of the shortest and the longest cell. */
  shortest = Number.MAX_SAFE_INTEGER;
  longest = 0;
  numbers: NumberSketch | undefined;
  /** Dates and times, in milliseconds since 1970. */
  times: NumberSketch | undefined;

  readonly #budget: Budget;

  constructor(
    budget: Budget,
    distinct = new HyperLogLog(budget.precision),
    frequent = new FrequentValues(budget.counters),
    kinds: Partial<Record<Kind, number>> = {},
  ) {
    this.#budget = budget;
    this.distinct = distinct;
    this.frequent = frequent;
    this.kinds = kinds;
  }

  static restore(state: EstimatedColumnState, budget: Budget): EstimatedColumn {
    const column = new EstimatedColumn(
      budget,
      HyperLogLog.restore(state.distinct),
      FrequentValues.restore(state.frequent),
      {
        ...state.kinds,
      },
    );
    column.shortest = state.shortest;
    column.longest = state.longest;
    if (state.numbers !== undefined) column.numbers = NumberSketch.restore(state.numbers);
    if (state.times !== undefined) column.times = NumberSketch.restore(state.times);
    return column;
  }

  snapshot(): EstimatedColumnState {
    return {
      kinds: { ...this.kinds },
      shortest: this.shortest,
      longest: this.longest,
      distinct: this.distinct.snapshot(),
      frequent: this.frequent.snapshot(),
      ...(this.numbers && { numbers: this.numbers.snapshot() }),
      ...(this.times && { times: this.times.snapshot() }),
    };
  }

  /** Takes over what was counted so far. */
  static from(entries: [string, number][], budget: Budget, reader: CellReader): EstimatedColumn {
    const column = new EstimatedColumn(budget);
    const numbers: [number, number][] = [];
    const times: [number, number][] = [];
    for (const [value, count] of entries) {
      column.#describe(value, count, reader);
      if (isNumeric(reader.kind)) numbers.push([reader.value, count]);
      else if (isTemporal(reader.kind)) times.push([reader.value, count]);
    }
    column.frequent.seed(entries.map(([value, count]) => [frequentKey(value), count]));
    if (numbers.length > 0) column.#numberSketch().seed(numbers);
    if (times.length > 0) column.#timeSketch().seed(times);
    return column;
  }

  add(value: string, reader: CellReader): void {
    this.#describe(value, 1, reader);
    this.frequent.add(frequentKey(value), ownText);
    if (isNumeric(reader.kind)) this.#numberSketch().add(reader.value);
    else if (isTemporal(reader.kind)) this.#timeSketch().add(reader.value);
  }

  #numberSketch(): NumberSketch {
    this.numbers ??= new NumberSketch(this.#budget.digest);
    return this.numbers;
  }

  #timeSketch(): NumberSketch {
    this.times ??= new NumberSketch(this.#budget.digest);
    return this.times;
  }

  #describe(value: string, count: number, reader: CellReader): void {
    reader.read(value);
    this.kinds[reader.kind] = (this.kinds[reader.kind] ?? 0) + count;
    const length = characters(value);
    if (length < this.shortest) this.shortest = length;
    if (length > this.longest) this.longest = length;
    this.distinct.add(hash.high(value), hash.low(value));
  }
}

export function isNumeric(kind: Kind): boolean {
  return kind === 'integer' || kind === 'number';
}

export function isTemporal(kind: Kind): boolean {
  return kind === 'date' || kind === 'datetime';
}

const LONGEST_KEY = 120;

/** A long text is counted under its beginning and its hash, so that what is kept stays small and long texts stay different. */
function frequentKey(value: string): string {
  if (value.length <= LONGEST_KEY) return value;
  const digits = (half: number) => half.toString(16).padStart(8, '0');
  return `${value.slice(0, LONGEST_KEY).toWellFormed()}…${KEY_MARK}${digits(hash.high(value))}${digits(hash.low(value))}`;
}

const KEY_MARK = '\u0000';

/** What is shown of a frequent value: without the hash of a long one. */
export function frequentText(key: string): string {
  const mark = key.indexOf(KEY_MARK);
  return mark < 0 ? key : key.slice(0, mark);
}
