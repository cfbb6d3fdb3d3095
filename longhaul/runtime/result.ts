import type { S3Address } from './environment.ts';
import { PermanentJobError } from './errors.ts';
import type { ObjectStore } from './objects.ts';

/** The `result.json` that an earlier start published, if it did. */
export async function readPublished(objects: ObjectStore, address: S3Address): Promise<string | undefined> {
  const found = await objects.get(address);
  return found && new TextDecoder().decode(found.body);
}

/**
 * What a handler returned, as `result.json` has it: the way `JSON.stringify` writes it (a `Date` as ISO 8601), and null for a
 * handler that returns nothing.
 * @throws PermanentJobError for what has no JSON: the next attempt would return the same
 */
export function toResultJson(value: unknown): string {
  let reason: unknown = `a ${typeof value} has none`;
  try {
    const json = JSON.stringify(value === undefined ? null : value);
    if (json !== undefined) return json;
  } catch (error) {
    reason = error;
  }
  throw new PermanentJobError(`The result cannot be written as JSON: ${reason}`, { cause: reason });
}
