import { json } from '../http/answer.ts';
import { route } from '../middleware/index.ts';
import { deployedJobs } from './deployed-jobs.ts';
import { openApi } from './openapi/document.ts';

/** `GET /openapi.json` → 200 with the OpenAPI 3.1 description of the routes and jobs that are deployed. */
export const handler = route(async () => {
  const webhooks = (process.env.WEBHOOKS ?? '').split(',');
  return json(200, openApi(await deployedJobs(), webhooks), {
    'content-type': 'application/vnd.oai.openapi+json;version=3.1',
  });
});
