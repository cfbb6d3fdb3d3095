import type { Json } from '../host.ts';

/** A value that JSON has no form for, as its type's name. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
}

/**
 * The result of an expression as plain JSON, sharing nothing with what it was made from. A number that JSON cannot write becomes the
 * string that JavaScript names it by, as Step Functions does (1/0 gives "Infinity"; measured with TestState, github.com/floci-io/floci, JsonataEvaluatorTest).
 */
export function toJson(value: unknown): Json {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'object':
      if (value === null) return null;
      if (Array.isArray(value)) return value.map((item) => toJson(item ?? null));
      if ('_jsonata_lambda' in value || '_jsonata_function' in value) throw new NotJson('function');
      return Object.fromEntries(
        Object.entries(value)
          .filter(([, member]) => member !== undefined)
          .map(([key, member]) => [key, toJson(member)]),
      );
    default:
      throw new NotJson(typeof value);
  }
}

/** The name that JSONata's `$type` gives. */
export function typeName(value: Json): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
