import { createHash, randomUUID } from 'node:crypto';
import type { Expression, Focus } from 'jsonata';
import type { Json } from '../host.ts';
import { seededRandom } from './seeded-random.ts';

/** What an evaluation is given besides what expressions can read. */
export interface Surroundings {
  /** Milliseconds since the epoch. */
  now: number;
  random(): number;
}

/** They are bound under a name that no expression can write. */
export const surroundingsBinding = 'surroundings of the evaluation';

function surroundings(focus: Focus): Surroundings {
  return focus.environment.lookup(surroundingsBinding);
}

const algorithms: Record<string, string> = {
  MD5: 'md5',
  'SHA-1': 'sha1',
  'SHA-256': 'sha256',
  'SHA-384': 'sha384',
  'SHA-512': 'sha512',
};

/** The longest result of `$range` that Step Functions gives (measured, see the bounds in expression.ts). */
const longestRange = 360_145;

/**
 * The functions that Step Functions adds to JSONata (transforming-data.html, "JSONata functions provided by Step Functions"), and
 * those of JSONata that depend on time and chance. `$eval` is taken away: Step Functions has `$parse` instead.
 */
export function registerFunctions(expression: Expression): void {
  expression.assign('eval', undefined);

  expression.registerFunction('partition', partition, '<an?:a>');
  expression.registerFunction('range', range, '<nnn?:a>');
  expression.registerFunction('hash', hash, '<ss?:s>');
  expression.registerFunction('parse', parse, '<s?:x>');
  expression.registerFunction('uuid', () => randomUUID(), '<:s>');
  expression.registerFunction(
    'random',
    function (this: Focus, seed?: number) {
      return seed === undefined ? surroundings(this).random() : seededRandom(seed);
    },
    '<n?:n>',
  );

  expression.registerFunction(
    'millis',
    function (this: Focus) {
      return surroundings(this).now;
    },
    '<:n>',
  );
  expression.registerFunction(
    'now',
    function (this: Focus, picture?: string, timezone?: string) {
      const { implementation } = this.environment.lookup('fromMillis');
      return implementation.call(this, surroundings(this).now, picture, timezone);
    },
    '<s?s?:s>',
  );
}

/** An error of JSONata with a text of its own. */
function refused(message: string): { code: string; message: string } {
  return { code: 'D3137', message };
}

/** Numbers that must be whole are rounded towards zero. */
function partition(array: Json[] | undefined, size?: number): Json[][] | undefined {
  if (array === undefined) return undefined;
  const length = size === undefined ? array.length : Math.trunc(size);
  if (length < 0 || (length === 0 && array.length > 0)) throw refused('Second argument must be greater than zero');
  const chunks: Json[][] = [];
  for (let start = 0; start < array.length; start += length) chunks.push(array.slice(start, start + length));
  return chunks;
}

/**
 * A list of one number is the number itself, as with the results of JSONata's own paths; `$range(1, 9, 9)[]` keeps the list
 * (recorded: localstack/localstack, TestArrayJSONata, test_array_range).
 */
function range(first?: number, last?: number, step?: number): number[] | undefined {
  if (first === undefined || last === undefined || step === undefined) return undefined;
  const [start, end, by] = [Math.trunc(first), Math.trunc(last), Math.trunc(step)];
  if (by === 0) throw refused('Third argument must not be zero');
  const length = Math.max(0, Math.floor((end - start) / by) + 1);
  if (length > longestRange) throw { code: 'D2015', value: longestRange };
  const numbers = Array.from({ length }, (_, index) => start + index * by);
  // The mark by which JSONata knows its own sequences.
  return length === 1 ? Object.defineProperty(numbers, 'sequence', { value: true }) : numbers;
}

function hash(text?: string, algorithm?: string): string | undefined {
  if (text === undefined || algorithm === undefined) return undefined;
  const name = Object.hasOwn(algorithms, algorithm) ? algorithms[algorithm] : undefined;
  if (name === undefined) {
    throw refused(`Second argument must be one of ${Object.keys(algorithms).join(', ')}; it is ${algorithm}`);
  }
  return createHash(name).update(text, 'utf8').digest('hex');
}

function parse(text?: string): Json | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    throw refused('Invalid JSON');
  }
}
