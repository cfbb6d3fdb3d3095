import type { StandardJSONSchemaV1 } from '@standard-schema/spec';
import type { JobDefinition } from 'longhaul';
import { json, route } from './api.ts';
import { deployedJobs } from './deployed-jobs.ts';

/** `GET /jobs` → 200 `{ jobs: [{ name, input }] }`, `input` as JSON Schema. */
export const handler = route(() =>
  json(200, { jobs: deployedJobs().map((job) => ({ name: job.name, input: inputSchema(job) })) }),
);

/** Schema libraries that can say what they accept do it by Standard JSON Schema; any input is `true`. */
function inputSchema({ input }: JobDefinition): unknown {
  const schema = input?.['~standard'] as Partial<StandardJSONSchemaV1.Props> | undefined;
  return schema?.jsonSchema?.input({ target: 'draft-2020-12' }) ?? true;
}
