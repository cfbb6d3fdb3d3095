import { readMoment } from './calendar.ts';

/**
 * What one cell is, by its text without surrounding white space:
 *
 * | kind | what counts |
 * | --- | --- |
 * | integer | optional sign, 1 to 15 digits, no leading zero: exact as a double |
 * | number | optional sign, decimal point or exponent, magnitude up to 1e100 (`1.5`, `.5`, `2e-7`); with a decimal comma `1.234,5` |
 * | identifier | digits that a number would spoil: a leading zero (`00501`) or more than 15 digits |
 * | boolean | true, false, yes, no, in any case |
 * | date, datetime | ISO 8601, see `readMoment` |
 * | text | everything else |
 */
export type Kind = 'integer' | 'number' | 'identifier' | 'boolean' | 'date' | 'datetime' | 'text';

/** The largest magnitude of a number: its square, times any count of rows, is still finite. */
const LARGEST = 1e100;
const LONGEST_INTEGER = 15;
const DECIMAL_COMMA = /^[+-]?(\d{1,3}(\.\d{3})+|\d+)?(,\d+)?$/;

export type Decimal = '.' | ',';

/** Reads cells. One reader serves all of them and is overwritten by each, so that a million cells allocate nothing. */
export class CellReader {
  readonly #decimal: Decimal;
  kind: Kind = 'text';
  /** The number, or a date's milliseconds since 1970; 0 for other kinds. */
  value = 0;

  constructor(decimal: Decimal) {
    this.#decimal = decimal;
  }

  /** `text` is trimmed and not empty. */
  read(text: string): void {
    this.kind = 'text';
    this.value = 0;
    const first = text.charCodeAt(0);
    if (isDigit(first) || first === 43 || first === 45 || first === 46 || first === 44) {
      if (!this.#readNumber(text) && isDigit(first)) this.#readMoment(text);
    } else if (text.length <= 5 && isBoolean(text)) this.kind = 'boolean';
  }

  #readNumber(text: string): boolean {
    const decimalComma = this.#decimal === ',' && /[.,]/.test(text);
    if (decimalComma && !DECIMAL_COMMA.test(text)) return false;
    const plain = decimalComma ? text.replaceAll('.', '').replace(',', '.') : text;
    const form = numberForm(plain);
    if (form === 'none') return false;
    if (form === 'identifier') this.kind = 'identifier';
    else {
      const value = Number(plain) + 0;
      if (Math.abs(value) > LARGEST) return false;
      this.kind = form;
      this.value = value;
    }
    return true;
  }

  #readMoment(text: string): void {
    const moment = readMoment(text);
    if (moment === undefined) return;
    this.kind = moment.kind;
    this.value = moment.time;
  }
}

/** Scans `[+-] digits [. digits] [e [+-] digits]` to the end of the text. */
function numberForm(text: string): 'integer' | 'number' | 'identifier' | 'none' {
  const sign = text.charCodeAt(0);
  const start = sign === 43 || sign === 45 ? 1 : 0;
  const whole = skipDigits(text, start);
  let digits = whole - start;
  let at = whole;
  if (text.charCodeAt(at) === 46) {
    at = skipDigits(text, at + 1);
    digits += at - whole - 1;
  }
  if (digits === 0) return 'none';
  if ((text.charCodeAt(at) | 32) === 101) {
    const exponentSign = text.charCodeAt(at + 1);
    const from = exponentSign === 43 || exponentSign === 45 ? at + 2 : at + 1;
    at = skipDigits(text, from);
    if (at === from) return 'none';
  }
  if (at !== text.length) return 'none';
  if (at !== whole) return 'number';
  return digits > LONGEST_INTEGER || (digits > 1 && text.charCodeAt(start) === 48) ? 'identifier' : 'integer';
}

function skipDigits(text: string, from: number): number {
  let at = from;
  while (isDigit(text.charCodeAt(at))) at++;
  return at;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isBoolean(text: string): boolean {
  const lower = text.toLowerCase();
  return lower === 'true' || lower === 'false' || lower === 'yes' || lower === 'no';
}

/** The cell without surrounding white space; most cells have none and are returned as they are. */
export function trimmed(text: string): string {
  const [first, last] = [text.charCodeAt(0), text.charCodeAt(text.length - 1)];
  return first <= 32 || last <= 32 || first >= 160 || last >= 160 ? text.trim() : text;
}

/** Characters (Unicode code points) of a text. */
export function characters(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    if ((text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      count--;
      i++;
    }
  }
  return count;
}
