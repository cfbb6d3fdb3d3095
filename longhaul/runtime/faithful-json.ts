import { UnsavableValueError } from './errors.ts';

/**
 * JSON that comes back as it was, or an error that says what would not: finite doubles are kept bit for bit (-0 as well),
 * properties that are `undefined` are left out.
 * @throws UnsavableValueError naming the path of the first value that JSON would change
 */
export function toFaithfulJson(value: unknown): string {
  const text = stringify(value);
  const negativeZeros = check(value, [], 0);
  return negativeZeros ? stringify(value, keepNegativeZero) : text;
}

function stringify(value: unknown, replacer?: (key: string, value: unknown) => unknown): string {
  try {
    return JSON.stringify(value, replacer);
  } catch (error) {
    // The walk finds a BigInt by its path; it would not end on a circle, and a text above V8's limit has no path.
    if (/BigInt/.test(String(error))) check(value, [], 0);
    throw new UnsavableValueError('', `is no JSON: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}

/** ECMAScript's own stringify writes -0 as 0, though JSON has a -0 and `JSON.parse` reads it. */
const keepNegativeZero = (_key: string, value: unknown): unknown =>
  Object.is(value, -0) ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON('-0') : value;

/** The keys that lead to a value. Those behind `depth` are left over from its siblings: one array serves the whole walk. */
type Trail = (string | number)[];

const refuse = (trail: Trail, depth: number, what: string): never => {
  const path = trail.slice(0, depth).map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`));
  throw new UnsavableValueError(path.join(''), what);
};

/** Throws for what JSON would change; answers whether there is a -0 in it. */
function check(value: unknown, trail: Trail, depth: number): boolean {
  switch (typeof value) {
    case 'number':
      if (!Number.isFinite(value)) refuse(trail, depth, `is ${value}; save null or a text instead`);
      return Object.is(value, -0);
    case 'string':
    case 'boolean':
      return false;
    case 'object':
      if (value === null) return false;
      return Array.isArray(value) ? checkArray(value, trail, depth) : checkObject(value, trail, depth);
    case 'bigint':
      return refuse(trail, depth, 'is a BigInt; save it as text: String(value)');
    case 'undefined':
      return refuse(trail, depth, 'is undefined; save null instead');
    default:
      return refuse(trail, depth, `is a ${typeof value}`);
  }
}

function checkArray(value: unknown[], trail: Trail, depth: number): boolean {
  let negativeZeros = false;
  // By index, since holes must be found: JSON would fill them with null.
  for (let index = 0; index < value.length; index++) {
    trail[depth] = index;
    if (check(value[index], trail, depth + 1)) negativeZeros = true;
  }
  return negativeZeros;
}

function checkObject(value: object, trail: Trail, depth: number): boolean {
  const prototype: object | null = Object.getPrototypeOf(value);
  // A plain object's prototype is Object.prototype, whichever realm's, or none.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
    const name = String(prototype.constructor?.name || 'class instance');
    refuse(
      trail,
      depth,
      `is a ${name}; save ${INSTEAD[name] ?? (ArrayBuffer.isView(value) ? '[...array]' : 'its data as a plain object')}`,
    );
  }
  let negativeZeros = false;
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key];
    if (item === undefined) continue;
    trail[depth] = key;
    if (check(item, trail, depth + 1)) negativeZeros = true;
  }
  return negativeZeros;
}

const INSTEAD: Record<string, string> = {
  Date: 'date.toISOString()',
  Map: '[...map]',
  Set: '[...set]',
  Buffer: "buffer.toString('base64')",
};
