import { isAscii } from 'node:buffer';
import { CsvError, parse } from 'csv-parse/sync';
import { requireText, wholeCharacters } from './encoding.ts';
import { CR, countLineEnds, lastLineEnd, lineEnd, skipLineEnds } from './line-ends.ts';
import { NotCsvError } from './not-csv.ts';

/** Between two records: the byte offset in the object and the number of the line that begins there (the first is 1). */
export interface Position {
  offset: number;
  line: number;
}

export interface RecordSink {
  record(fields: string[], line: number): void;
  /** A record that begins at `line` has a quote where RFC 4180 allows none, or one that is never closed. */
  strayQuote(line: number): void;
}

/** The longest line, and the longest record (quoted fields may span lines), in bytes. */
const MAX_RECORD = 1024 * 1024;

/**
 * Cuts a stream of bytes into CSV records (RFC 4180; lines end in LF, CRLF or CR, blank lines are skipped). Between two writes it stands
 * at a record boundary with nothing but unread bytes, so a reader that starts at `position` continues exactly where this one is.
 *
 * A quote that cannot be right spoils one line: reading continues at the line after the one at which that record began, so
 * that a quote nobody closed does not swallow the rest of the file.
 */
export class RecordReader {
  readonly #delimiter: string;
  readonly #sink: RecordSink;
  #position: Position;
  #pending: Buffer = Buffer.alloc(0);
  /** While a quoted field is open, reading it again is put off until the bytes have doubled. */
  #enough = 0;

  constructor(delimiter: string, position: Position, sink: RecordSink) {
    this.#delimiter = delimiter;
    this.#position = position;
    this.#sink = sink;
  }

  /** Where the next record begins that has not been handed to the sink. */
  get position(): Position {
    return this.#position;
  }

  write(chunk: Buffer): void {
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    if (this.#pending.length < this.#enough) return;
    const complete = lastLineEnd(this.#pending);
    if (this.#pending.length - complete > MAX_RECORD) this.#refuseLine(complete);
    this.#enough = this.#read(complete, false) ? 0 : Math.min(2 * this.#pending.length, 2 * MAX_RECORD);
  }

  /** Reads what is left as the end of the object. */
  end(): void {
    this.#read(this.#pending.length, true);
  }

  /** Reads the records in the first `length` pending bytes; false when the last of them is not complete yet. */
  #read(length: number, final: boolean): boolean {
    const block = this.#pending.subarray(0, length);
    if (length > MAX_RECORD) this.#requireLines(block);
    requireText(block, this.#position);
    let from = 0;
    while (from < length) {
      const part = block.subarray(from);
      const { read, failed } = part.includes('"') ? this.#parse(part) : { read: this.#split(part), failed: undefined };
      from += read;
      if (failed === undefined) break;
      if (failed === 'open' && !final && length - from <= MAX_RECORD) break;
      this.#sink.strayQuote(this.#position.line);
      const next = lineEnd(block, from);
      const to = next < 0 ? length : next;
      this.#move(to - from, 1);
      from = to;
    }
    this.#pending = this.#pending.subarray(from);
    return from === length;
  }

  /** Without a quote, line ends and delimiters mean only themselves: no parser is needed, and this is five times as fast. */
  #split(block: Buffer): number {
    const text = block.toString(isAscii(block) ? 'latin1' : 'utf8');
    const lines = block.includes(CR) ? text.split(/\r\n|\n|\r/) : text.split('\n');
    const first = this.#position.line;
    for (const [i, line] of lines.entries()) {
      if (line !== '') this.#sink.record(line.split(this.#delimiter), first + i);
    }
    this.#move(block.length, lines.length - 1);
    return block.length;
  }

  /** Reads records up to the first with an error: `open` when a quoted field has no end in `block`. */
  #parse(block: Buffer): { read: number; failed: 'open' | 'quote' | undefined } {
    let end = 0;
    const advance = (to: number) => {
      this.#move(to - end, countLineEnds(block, end, to));
      end = to;
    };
    try {
      parse(block, {
        delimiter: this.#delimiter,
        record_delimiter: ['\r\n', '\n', '\r'],
        relax_column_count: true,
        skip_empty_lines: true,
        on_record: (fields: string[], { bytes }) => {
          advance(skipLineEnds(block, end));
          if (bytes - end > MAX_RECORD) throw new RecordTooLong();
          this.#sink.record(fields, this.#position.line);
          advance(bytes);
          return null;
        },
      });
    } catch (error) {
      if (!(error instanceof CsvError) && !(error instanceof RecordTooLong)) throw error;
      advance(skipLineEnds(block, end));
      return {
        read: end,
        failed: error instanceof CsvError && error.code === 'CSV_QUOTE_NOT_CLOSED' ? 'open' : 'quote',
      };
    }
    advance(block.length);
    return { read: end, failed: undefined };
  }

  #move(bytes: number, lines: number): void {
    this.#position = { offset: this.#position.offset + bytes, line: this.#position.line + lines };
  }

  #requireLines(block: Buffer): void {
    for (let from = 0; from < block.length; ) {
      const next = lineEnd(block, from);
      const end = next < 0 ? block.length : next;
      if (end - from > MAX_RECORD) this.#refuseLine(from);
      from = end;
    }
  }

  #refuseLine(from: number): never {
    const line = this.#position.line + countLineEnds(this.#pending, 0, from);
    requireText(wholeCharacters(this.#pending.subarray(from)), { offset: this.#position.offset + from, line });
    throw new NotCsvError(
      `Line ${line} is longer than ${MAX_RECORD} bytes without a line break: the object is not CSV.`,
    );
  }
}

/** Thrown through the parser to end it at a record that is too long to be one. */
class RecordTooLong extends Error {}
