import { UsageError } from './exit-codes.ts';

interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  oneOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
}

/** A JSON Schema as a person reads it: `{ bucket, key, versionId? }`; alternatives with `or`. What lies deeper is left out. */
export function inputInShort(schema: unknown, depth = 0): string {
  if (typeof schema !== 'object' || schema === null) return 'any JSON';
  const { type, properties, required = [], items, anyOf, oneOf, enum: values, const: value } = schema as Schema;
  const alternatives = anyOf ?? oneOf;
  if (alternatives) return alternatives.map((one) => inputInShort(one, depth)).join(' or ');
  if (value !== undefined) return JSON.stringify(value);
  if (values) return values.map((one) => JSON.stringify(one)).join(' or ');
  if (properties) {
    const fields = Object.entries(properties).map(([name, field]) => {
      const inner = depth < 1 && (field.properties || field.items?.properties);
      return `${name}${required.includes(name) ? '' : '?'}${inner ? `: ${inputInShort(field, depth + 1)}` : ''}`;
    });
    return `{ ${fields.join(', ')} }`;
  }
  if (items) return `[${inputInShort(items, depth)}]`;
  return Array.isArray(type) ? type.join(' or ') : (type ?? 'any JSON');
}

interface Issue {
  path: PropertyKey[];
  message: string;
  errors?: Issue[][];
}

/**
 * Checks an input against the job's JSON Schema.
 * @throws UsageError with the place of each problem, and with what is accepted
 */
export async function checkInput(job: string, schema: unknown, input: unknown): Promise<void> {
  if (typeof schema !== 'object' || schema === null) return;
  const problems = await problemsOf(schema, input);
  if (problems.length === 0) return;
  const said = (await problemsOf(meant(schema, input), input)).map(
    ({ path, message }) => `\n  ${path.length > 0 ? `${path.map(String).join('.')}: ` : ''}${message}`,
  );
  throw new UsageError(`${job} does not take this input:${said.join('')}\nIt takes ${inputInShort(schema)}`);
}

/** None for a schema that zod cannot read: the job itself checks its input. */
async function problemsOf(schema: object, input: unknown): Promise<Issue[]> {
  const { z } = await import('zod');
  try {
    const { error } = z.fromJSONSchema(schema as Parameters<typeof z.fromJSONSchema>[0]).safeParse(input);
    return flat((error?.issues ?? []) as Issue[]);
  } catch {
    return [];
  }
}

/** Of alternatives, the one that has most of the input's members. */
function meant(schema: Schema, input: unknown): Schema {
  const members = Object.keys(typeof input === 'object' && input !== null ? input : {});
  const shared = ({ properties = {} }: Schema) => members.filter((name) => name in properties).length;
  const [likest] = (schema.anyOf ?? schema.oneOf ?? []).toSorted((one, other) => shared(other) - shared(one));
  return likest && shared(likest) > 0 ? likest : schema;
}

/** Of alternatives, the problems of the one that fits best. */
function flat(issues: Issue[]): Issue[] {
  return issues.flatMap((issue) => {
    const nearest = issue.errors?.map(flat).sort((one, other) => one.length - other.length)[0];
    return nearest?.length ? nearest.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })) : [issue];
  });
}
