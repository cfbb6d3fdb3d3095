import type { StandardJSONSchemaV1 } from '@standard-schema/spec';
import type { JobDefinition } from 'longhaul';

/** JSON Schema (2020-12) of a job's input. Schema libraries that can say what they accept do it by Standard JSON Schema; any input is `true`. */
export function inputSchema({ input }: JobDefinition): Record<string, unknown> | true {
  const schema = input?.['~standard'] as Partial<StandardJSONSchemaV1.Props> | undefined;
  return schema?.jsonSchema?.input({ target: 'draft-2020-12' }) ?? true;
}
