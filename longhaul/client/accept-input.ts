import type { JobDefinition } from './job.ts';
import { InvalidInputError, validateInput } from './validate-input.ts';

/** An input that its job takes. */
export interface AcceptedInput<Input> {
  /** As the job's schema made it. */
  input: Input;
  /** What tells it from all others by the job's own words (`unique` of its definition), for `executionName`. */
  identity?: readonly string[];
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
    if (typeof key === 'string' && key !== '') return { input, identity: ['key', key] };
    const seen = key === '' ? 'an empty string' : key === null ? 'null' : typeof key;
    throw new Error(`unique() of ${name} must give a string that is not empty; it gave ${seen}`);
  } catch (error) {
    if (error instanceof InvalidInputError) throw error;
    // Schemas and `unique` are the job's code: whatever they throw, they would throw for this event again.
    throw new InvalidInputError([{ path: '', message: (error as Error).message }], { cause: error });
  }
}

/** What a caller's own key tells a start from all others by: the same through client, command line and HTTP API. */
export const keyIdentity = (idempotencyKey: string): readonly string[] => ['http', 'key', idempotencyKey];
