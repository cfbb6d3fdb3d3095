import type { JobDefinition } from './job.ts';
import { InvalidInputError, validateInput } from './validate-input.ts';

/** An input that its job takes. */
export interface AcceptedInput<Input> {
  /** As the job's schema made it. */
  input: Input;
  /** What tells it from all others by the job's own words (`unique` of its definition). */
  key?: string;
}

/**
 * Asks the job whether it takes an event, and what makes that one of its kind: before it is started, whoever starts it.
 *
 * @throws InvalidInputError when its schema does not take the event or `unique` gives no text, with the path of each problem
 */
export async function acceptInput<Name extends string, Input, Result, Event>(
  { name, input: schema, unique }: JobDefinition<Name, Input, Result, Event>,
  event: unknown,
): Promise<AcceptedInput<Input>> {
  try {
    const input = await validateInput(schema, event);
    if (!unique) return { input };
    const key: unknown = unique(input);
    if (typeof key === 'string' && key !== '') return { input, key };
    const seen = key === '' ? 'an empty string' : key === null ? 'null' : typeof key;
    throw new Error(`unique() of ${name} must give a string that is not empty; it gave ${seen}`);
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    // Schemas and `unique` are the job's code: whatever they throw, they would throw for this event again.
    throw new InvalidInputError([{ path: '', message: (error as Error).message }], { cause: error });
  }
}

/**
 * What tells a start from all others, for `executionName`: the job's own key for this input, which holds for every source of events,
 * else a key of the caller's, the same through client and HTTP API.
 */
export function keyedIdentity(own: string | undefined, idempotencyKey: string): string[] {
  return own === undefined ? ['http', 'key', idempotencyKey] : ['key', own];
}
