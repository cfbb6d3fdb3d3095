import type { StandardSchemaV1 } from '@standard-schema/spec';
import { LONGEST_NAME } from './identity.ts';

/**
 * A kind of work: what its container, whoever starts it and whoever reads its result must agree on.
 *
 * `Event` is what a starter hands over, `Input` what the schema makes of it for the handler; they differ only where the
 * schema transforms. `Result` is what the handler returns and `result.json` holds.
 */
export interface JobDefinition<Name extends string = string, Input = unknown, Result = unknown, Event = Input> {
  readonly name: Name;
  /** Any Standard Schema (zod, valibot, arktype, …). Without one the input is the event as it is. */
  readonly input?: StandardSchemaV1<Event, Input>;
  /** Only its type counts: the runtime writes what the handler returns. */
  readonly result?: StandardSchemaV1<Result, unknown>;
  /**
   * What makes an input one of its kind: two events for which it gives the same text start one execution, whatever their
   * sources say. Asked before the source's own identity, by triggers and API. Default: the source says it.
   *
   * @example unique: ({ orderId }) => orderId
   */
  unique?(input: Input): string;
  /**
   * The job that this one comes after: each success of that job starts this one, with its result for an event. It does not
   * compile when this job's input does not take that result.
   *
   * @example defineJob({ name: 'publish', input: typed<Report>(), after: csvReport })
   */
  // biome-ignore lint/suspicious/noExplicitAny: only what the other job delivers counts here, not what it takes
  readonly after?: JobDefinition<string, any, NoInfer<Event>, any>;
}

/** What the job's handler gets. */
export type InputOf<Job> = Job extends JobDefinition<string, infer Input, infer _Result, infer _Event> ? Input : never;
/** What starting the job takes. */
export type EventOf<Job> = Job extends JobDefinition<string, infer _Input, infer _Result, infer Event> ? Event : never;
/** What the job delivers. */
export type ResultOf<Job> =
  Job extends JobDefinition<string, infer _Input, infer Result, infer _Event> ? Result : never;
/** The job's name, as a literal type. */
export type NameOf<Job> = Job extends JobDefinition<infer Name, infer _I, infer _R, infer _E> ? Name : never;

/** An execution's id is the job's name with this behind it: a hash, and a count of resumptions. */
const ID_SUFFIX = `-${'0'.repeat(32)}-r99`;
const NAME_LENGTH = LONGEST_NAME - ID_SUFFIX.length;

/**
 * Declares a job. It has no side effects, so that the container, the client and the API can all import it.
 *
 * @example
 * export const csvReport = defineJob({ name: 'csv-report', input: z.object({ url: z.url() }), result: typed<Report>() });
 * @throws TypeError for a name that is not `[a-z][a-z0-9-]*` or is longer than 43 characters, for an input that is no
 * Standard Schema, for a `unique` that is no function, and for an `after` that is no job or leads back to this one
 */
export function defineJob<const Name extends string, Input = unknown, Result = unknown, Event = Input>(
  definition: JobDefinition<Name, Input, Result, Event>,
): JobDefinition<Name, Input, Result, Event> {
  const { name, input, result, unique, after } = definition;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(name)) {
    throw new TypeError(
      `A job's name is lower-case letters, digits and hyphens, a letter first ("csv-report"); got ${JSON.stringify(name)}`,
    );
  }
  if (name.length > NAME_LENGTH) {
    throw new TypeError(
      `A job's name has at most ${NAME_LENGTH} characters, because it begins the execution's id; "${name}" has ${name.length}`,
    );
  }
  for (const [option, schema] of Object.entries({ input, result })) {
    if (schema !== undefined && typeof schema['~standard']?.validate !== 'function') {
      throw new TypeError(
        `"${option}" of job "${name}" must be a Standard Schema (zod, valibot, …: standardschema.dev)`,
      );
    }
  }
  if (unique !== undefined && typeof unique !== 'function') {
    throw new TypeError(`"unique" of job "${name}" must be a function of its input that gives a string`);
  }
  if (after !== undefined) checkOrder(name, after);
  return Object.freeze({
    name,
    ...(input && { input }),
    ...(result && { result }),
    ...(unique && { unique }),
    ...(after && { after }),
  });
}

/** Jobs that come after each other in a circle would start each other for ever. */
function checkOrder(name: string, after: JobDefinition): void {
  if (typeof after?.name !== 'string') {
    throw new TypeError(`"after" of job "${name}" must be another job's definition, as defineJob gives it`);
  }
  const order = [name];
  for (let before: JobDefinition | undefined = after; before; before = before.after) {
    order.push(before.name);
    if (before.name !== name) continue;
    throw new TypeError(`Job "${name}" would come after itself and never end: ${order.join(' after ')}`);
  }
}

/**
 * A Standard Schema that carries a type and accepts everything: for a result, or for an input that needs no check.
 *
 * @example
 * defineJob({ name: 'csv-report', input: S3Upload, result: typed<Report>() });
 */
export function typed<T>(): StandardSchemaV1<T, T> {
  return { '~standard': { version: 1, vendor: 'longhaul', validate: (value) => ({ value: value as T }) } };
}
