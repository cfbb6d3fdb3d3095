import type { StandardSchemaV1 } from '@standard-schema/spec';
import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { type JobDefinition, stackFromEnvironment, startExecution } from 'longhaul';
import { logger } from '../logger.ts';
import { json, route } from './api.ts';
import { readBody } from './body.ts';
import { deployedJob } from './deployed-jobs.ts';
import { Problem } from './problem.ts';

/**
 * `POST /jobs/{name}` → 202 `{ id, job, href }`, `Location: /executions/{id}`. The body is the job's input and arrives in
 * its container as it was sent. With an `Idempotency-Key` the same request may be sent again, and is answered the same.
 */
export const handler = route(async (request) => {
  const job = deployedJob(request.pathParameters?.name);
  logger.appendKeys({ job: job.name });
  const body = readBody(request);
  await check(job, body.value);
  const { id, started } = await startExecution(
    { job: job.name, event: body.text, identity: identityOf(request), source: 'http' },
    stackFromEnvironment(),
  );
  logger.info(started ? 'Started' : 'Had been started before', { id });
  const href = `/executions/${id}`;
  return json(202, { id, job: job.name, href }, { location: href });
});

/** @throws Problem 422 with the place of each thing that the job's schema refuses. */
async function check({ name, input }: JobDefinition, value: unknown): Promise<void> {
  const { issues } = (await input?.['~standard'].validate(value)) ?? {};
  if (!issues) return;
  const errors = issues.map(({ path = [], message }) => ({ path: pointer(path), detail: message }));
  throw new Problem(422, `${name} does not take this input: ${errors.length} problem(s)`, { errors });
}

/** The place of an issue as a JSON Pointer (RFC 6901): `/columns/0`; the whole value is the empty text. */
function pointer(path: NonNullable<StandardSchemaV1.Issue['path']>): string {
  const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** @throws Problem 400 for a key that is empty or longer than 255 characters. */
function identityOf(request: APIGatewayProxyEventV2): string[] {
  const key = request.headers?.['idempotency-key'];
  if (key === undefined) return ['http', 'request', request.requestContext.requestId];
  if (key.length < 1 || key.length > 255) {
    throw new Problem(400, `Idempotency-Key must have 1 to 255 characters; it has ${key.length}`);
  }
  return ['http', 'key', key];
}
