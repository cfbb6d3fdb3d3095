/** Reads what AWS delivers. What is wrong with an event is said by its path, never by what it holds. */

/** The records of an event, at least one. @throws TypeError when it has none */
export function recordsOf(event: unknown): unknown[] {
  const records = (event as { Records?: unknown } | null | undefined)?.Records;
  if (Array.isArray(records) && records.length > 0) return records;
  throw new TypeError(`'Records' must be a list with at least one record; it is ${kindOf(records)}`);
}

/** What is at a dotted path, if anything. */
export const at = (value: unknown, path: string): unknown =>
  path.split('.').reduce((found, name) => (found as Record<string, unknown> | null | undefined)?.[name], value);

/** The text at a dotted path of the nth record, or of the event itself. @throws TypeError when that is not text */
export function textOf(value: unknown, path: string, index?: number): string {
  const found = at(value, path);
  if (typeof found === 'string') return found;
  const where = index === undefined ? path : `Records[${index}].${path}`;
  throw new TypeError(`'${where}' must be a string; it is ${kindOf(found)}`);
}

/** The text at a dotted path, if there is one. */
export function optionalText(value: unknown, path: string): string | undefined {
  const found = at(value, path);
  return typeof found === 'string' ? found : undefined;
}

/** @throws TypeError saying which text is no JSON */
export function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new TypeError(`${what} is no JSON (${text.length} characters)`);
  }
}

const kindOf = (value: unknown): string =>
  value === null ? 'null' : Array.isArray(value) ? `a list of ${value.length}` : typeof value;
