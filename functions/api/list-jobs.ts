import { json } from '../http/answer.ts';
import { route } from '../middleware/index.ts';
import { deployedJobs } from './deployed-jobs.ts';
import { inputSchema } from './input-schema.ts';

/**
 * `GET /jobs` → 200 `{ jobs: [{ name, input, after? }] }`, `input` as JSON Schema. `after` is the job whose success starts this one,
 * where `FOLLOWERS` names it: in the definition alone it starts nothing.
 */
export const handler = route(async () => {
  const followers = (process.env.FOLLOWERS ?? '').split(',');
  const jobs = (await deployedJobs()).map((job) => ({
    name: job.name,
    input: inputSchema(job),
    ...(job.after && followers.includes(job.name) && { after: job.after.name }),
  }));
  return json(200, { jobs });
});
