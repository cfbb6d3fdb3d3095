import { MAX_COLUMNS } from '../profile/budget.ts';
import { Table, type TableState } from '../profile/table.ts';
import { columnNames } from './column-names.ts';
import { type Dialect, detectDialect } from './dialect.ts';
import { requireText, wholeCharacters } from './encoding.ts';
import { lastLineEnd, skipLineEnds } from './line-ends.ts';
import { NotCsvError } from './not-csv.ts';
import { type Position, RecordReader, type RecordSink } from './records.ts';
import { requireNoSignature } from './signatures.ts';

/** Everything known at a record boundary, as JSON: a profiler restored from it ends with the same numbers, bit for bit. */
export interface ProfilerState {
  position: Position;
  dialect: Dialect;
  bom: boolean;
  table: TableState;
}

/** How much of the object is looked at to find out how it is written; more, once, if no line ends in it. */
const HEAD = 64 * 1024;
const LONG_HEAD = 16;
const BOM = Buffer.from('\ufeff');

/** Profiles a CSV object from its bytes in chunks of any size. All methods throw `NotCsvError` when the object is none. */
export class Profiler implements RecordSink {
  readonly #headBytes: number;
  #head: Buffer = Buffer.alloc(0);
  #body: { dialect: Dialect; bom: boolean; table: Table; reader: RecordReader; headerToCome: boolean } | undefined;

  constructor(state?: ProfilerState, { headBytes = HEAD } = {}) {
    this.#headBytes = headBytes;
    if (state === undefined) return;
    this.#body = {
      dialect: state.dialect,
      bom: state.bom,
      table: Table.restore(state.table),
      reader: new RecordReader(state.dialect.delimiter, state.position, this),
      headerToCome: false,
    };
  }

  /** Bytes of the object up to the next record that is not in the profile yet. */
  get offset(): number {
    return this.#body?.reader.position.offset ?? 0;
  }

  write(chunk: Buffer): void {
    if (this.#body !== undefined) {
      this.#body.reader.write(chunk);
      return;
    }
    this.#head = Buffer.concat([this.#head, chunk]);
    // Fixed sizes, whatever the chunks: what is found out must not depend on how the bytes came.
    if (this.#head.length < this.#headBytes) return;
    if (lastLineEnd(this.#head.subarray(0, this.#headBytes)) > 0) this.#begin(this.#headBytes);
    else if (this.#head.length >= LONG_HEAD * this.#headBytes) this.#begin(LONG_HEAD * this.#headBytes);
  }

  /** The object has ended. */
  end(): { dialect: Dialect; bom: boolean; table: Table } {
    if (this.#body === undefined) this.#begin(undefined);
    const { reader, table, dialect, bom } = this.#body!;
    reader.end();
    requireRecords(table, dialect);
    return { dialect, bom, table };
  }

  /** Whether it is known how the object is written: before that there is nothing to snapshot. */
  get started(): boolean {
    return this.#body !== undefined && !this.#body.headerToCome;
  }

  /** @throws TypeError before it has started */
  snapshot(): ProfilerState {
    if (this.#body === undefined || this.#body.headerToCome) throw new TypeError('Nothing has been read yet');
    const { dialect, bom, table, reader } = this.#body;
    return { position: reader.position, dialect, bom, table: table.snapshot() };
  }

  record(fields: string[], line: number): void {
    const body = this.#body!;
    if (body.headerToCome) body.headerToCome = false;
    else body.table.record(fields, line);
  }

  strayQuote(line: number): void {
    const body = this.#body!;
    if (body.headerToCome) body.headerToCome = false;
    else body.table.reject({ line, reason: 'quotes' });
  }

  /** `length`: how much of the head to look at; undefined when it is the whole object. */
  #begin(length: number | undefined): void {
    const head = this.#head;
    this.#head = Buffer.alloc(0);
    if (head.length === 0) throw new NotCsvError('The object is empty (0 bytes).');
    requireNoSignature(head);
    const bom = head.subarray(0, BOM.length).equals(BOM);
    const offset = bom ? BOM.length : 0;
    const seen = head.subarray(offset, length);
    const sample = length === undefined ? seen : seen.subarray(0, lastLineEnd(seen));
    requireText(sample.length > 0 ? sample : wholeCharacters(seen), { offset, line: 1 });
    if (skipLineEnds(sample, 0) === sample.length) {
      const problem =
        length === undefined ? 'nothing but blank lines' : `no line that ends in its first ${length} bytes`;
      throw new NotCsvError(`The object is not CSV: it has ${problem}.`);
    }
    const { dialect, first } = detectDialect(sample);
    if (first.length === 0) throw new NotCsvError('The first record does not end: a quote in it is not closed.');
    if (first.length > MAX_COLUMNS) {
      throw new NotCsvError(
        `The first record has ${first.length} fields; at most ${MAX_COLUMNS} columns are profiled.`,
      );
    }
    const table = new Table(columnNames(first, dialect.header), dialect.decimal);
    const reader = new RecordReader(dialect.delimiter, { offset, line: 1 }, this);
    this.#body = { dialect, bom, table, reader, headerToCome: dialect.header };
    reader.write(head.subarray(offset));
  }
}

function requireRecords(table: Table, dialect: Dialect): void {
  if (table.rows > 0) return;
  const [malformed] = table.firstMalformed;
  const columns = `${table.names.length} column${table.names.length === 1 ? '' : 's'}`;
  if (malformed === undefined) throw new NotCsvError(`The object has a header with ${columns} and no records.`);
  const problem = malformed.reason === 'quotes' ? 'has a stray quote' : `has ${malformed.fields} fields`;
  throw new NotCsvError(
    `No record of the object fits its ${dialect.header ? 'header' : 'first record'} with ${columns}; line ${malformed.line} ${problem}.`,
  );
}
