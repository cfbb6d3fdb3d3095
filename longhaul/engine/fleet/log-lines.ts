import { StringDecoder } from 'node:string_decoder';

/**
 * Bytes of text in one log event: 1 MB, of which 26 bytes count for the event itself.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html
 */
const EVENT_BYTES = 1_048_576 - 26;

/**
 * Cuts what a process writes into lines, one log event each. A line that is too long for an event becomes several; what
 * came after the last line's end is kept until `end`. Empty lines are left out: an event has at least one character.
 */
export class LogLines {
  #decoder = new StringDecoder('utf8');
  #rest = '';
  #limit: number;

  constructor(limit = EVENT_BYTES) {
    this.#limit = limit;
  }

  push(chunk: Buffer): string[] {
    const lines = (this.#rest + this.#decoder.write(chunk)).split('\n');
    const pieces = split(lines.pop()!, this.#limit);
    this.#rest = pieces.pop() ?? '';
    return [...lines.flatMap((line) => split(withoutReturn(line), this.#limit)), ...pieces];
  }

  end(): string[] {
    const last = this.#rest + this.#decoder.end();
    this.#rest = '';
    return split(last, this.#limit);
  }
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** Pieces of at most `limit` bytes of UTF-8, cut between characters; none for an empty text. */
function split(text: string, limit: number): string[] {
  if (text.length * 3 <= limit || Buffer.byteLength(text) <= limit) return text ? [text] : [];
  const pieces: string[] = [];
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; ) {
    let to = Math.min(from + limit, bytes.length);
    // A continuation byte (10xxxxxx) belongs to the character before it.
    while (to < bytes.length && (bytes[to]! & 0b1100_0000) === 0b1000_0000) to--;
    pieces.push(bytes.toString('utf8', from, to));
    from = to;
  }
  return pieces;
}
