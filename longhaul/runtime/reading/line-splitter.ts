import { PermanentJobError } from '../errors.ts';

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** Cuts chunks of UTF-8 into lines. A line feed is never part of another character, so lines are cut first and decoded then. */
export class LineSplitter {
  /** Bytes up to the end of the last line that was handed out, with its line end. */
  end: number;
  readonly #longest: number;
  readonly #name: string;
  /** The beginning of a line whose end has not come yet. */
  #parts: Buffer[] = [];
  #length = 0;

  /**
   * @param from - where the first chunk begins, in bytes
   * @param name - of what is read, for errors
   */
  constructor(from: number, longestLine: number, name: string) {
    this.end = from;
    this.#longest = longestLine;
    this.#name = name;
  }

  /** @throws PermanentJobError for a line that is too long */
  *split(chunk: Buffer): Generator<string> {
    let start = 0;
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, start)) {
      const bytes = this.#take(chunk.subarray(start, at));
      const text = this.#decode(bytes, bytes.at(-1) === CARRIAGE_RETURN ? bytes.length - 1 : bytes.length);
      this.end += bytes.length + 1;
      start = at + 1;
      yield text;
    }
    if (start === chunk.length) return;
    this.#parts.push(chunk.subarray(start));
    this.#length += chunk.length - start;
    if (this.#length <= this.#longest) return;
    throw new PermanentJobError(
      `${this.#name} has a line of more than ${this.#longest} bytes, from byte ${this.end} on. Raise longestLine to read it.`,
    );
  }

  /** The last line, if no line feed ends it. */
  last(): string | undefined {
    if (this.#length === 0) return undefined;
    const bytes = this.#take(Buffer.alloc(0));
    const text = this.#decode(bytes, bytes.length);
    this.end += bytes.length;
    return text;
  }

  #take(last: Buffer): Buffer {
    if (this.#length === 0) return last;
    const bytes = Buffer.concat([...this.#parts, last]);
    this.#parts = [];
    this.#length = 0;
    return bytes;
  }

  #decode(bytes: Buffer, stop: number): string {
    const isFirst = this.end === 0 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK);
    return bytes.toString('utf8', isFirst ? 3 : 0, stop);
  }
}
