import type { StandardSchemaV1 } from '@standard-schema/spec';

/** The job can never succeed on this event: it fails at once, whatever attempts are left (exit code 65). */
export class PermanentJobError extends Error {
  override name = 'PermanentJobError';
}

/** One problem of an input, and where it is: `{ path: 'Records[0].s3.bucket.name', message: 'expected string' }`. */
export interface InputProblem {
  path: string;
  message: string;
}

/**
 * The event does not fit the job's schema. From a client: nothing was started; in a container it ends the execution.
 * `cause`: the schema's issues.
 */
export class InvalidInputError extends PermanentJobError {
  override name = 'InvalidInputError';
  readonly problems: readonly InputProblem[];
  constructor(problems: readonly InputProblem[], options?: ErrorOptions) {
    const list = problems.map(({ path, message }) => (path ? `${path}: ${message}` : message));
    super(`The event does not fit the job's input: ${list.join('; ')}`, options);
    this.problems = problems;
  }
}

/**
 * The event as the job's schema makes it.
 * @throws InvalidInputError with the path of each problem; and what the schema itself throws
 */
export async function validateInput<Input>(
  schema: StandardSchemaV1<unknown, Input> | undefined,
  event: unknown,
): Promise<Input> {
  if (!schema) return event as Input;
  const result = await schema['~standard'].validate(event);
  if (result.issues) throw new InvalidInputError(result.issues.map(toProblem), { cause: result.issues });
  return result.value;
}

function toProblem({ path = [], message }: StandardSchemaV1.Issue): InputProblem {
  const keys = path.map((segment) => (typeof segment === 'object' ? segment.key : segment));
  const dotted = keys.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return { path: dotted.replace(/^\./, ''), message };
}
