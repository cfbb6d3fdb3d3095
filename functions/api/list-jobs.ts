import { json, route } from './api.ts';
import { deployedJobs } from './deployed-jobs.ts';
import { inputSchema } from './input-schema.ts';

/** `GET /jobs` → 200 `{ jobs: [{ name, input }] }`, `input` as JSON Schema. */
export const handler = route(() =>
  json(200, { jobs: deployedJobs().map((job) => ({ name: job.name, input: inputSchema(job) })) }),
);
