import type { StandardSchemaV1 } from '@standard-schema/spec';
import { acceptInput, InvalidInputError, type JobDefinition } from 'longhaul';
import { stackFromEnvironment } from 'longhaul/trigger';
import { accepted } from '../http/answer.ts';
import { readBody } from '../http/body.ts';
import { idempotencyKey, identityOf } from '../http/identity.ts';
import { Problem } from '../http/problem.ts';
import { logger } from '../logger.ts';
import { route } from '../middleware/index.ts';
import { start } from '../start.ts';
import { deployedJob } from './deployed-jobs.ts';
import { type RunOptions, runOptions } from './run-options.ts';

/**
 * `POST /jobs/{name}` → 202 `{ id, job, href }`, `Location: /executions/{id}`. The body is the job's input and arrives in
 * its container as it was sent. With an `Idempotency-Key` the same request may be sent again and is answered the same, also
 * while the first is still being answered; another one under the key is refused. The query may say more: `RunOptions`.
 */
export const handler = route(async (request, context) => {
  const job = await deployedJob(request.pathParameters?.name);
  logger.appendKeys({ job: job.name });
  const body = readBody(request);
  const identity = identityOf(request);
  const options = runOptions(request);
  const answer = () => startJob(job, body, identity, options);
  if (idempotencyKey(request) === undefined || options.onDuplicate) return answer();
  const { sameAnswer } = await import('../http/same-answer.ts');
  return sameAnswer(
    answersTable(),
    { key: [job.name, ...identity], body: whatWasSent(body, options) },
    context,
    answer,
  );
});

/** What a request that is sent again has in common with the first. JSON with more behind it is no JSON, so no two are mistaken. */
function whatWasSent({ text }: { text: string }, options: RunOptions): string {
  return Object.keys(options).length > 0 ? `${text}\n${JSON.stringify(options)}` : text;
}

async function startJob(
  job: JobDefinition,
  body: { text: string; value: unknown },
  identity: string[],
  options: RunOptions,
) {
  const own = await ownIdentity(job, body.value);
  const { id, started } = await start(
    { job: job.name, event: body.text, identity: own ?? ['http', ...identity], source: 'http', ...options },
    stackFromEnvironment(),
  );
  if (!started && options.onDuplicate === 'reject') {
    throw new Problem(409, `This has started the execution '${id}' before`, { id });
  }
  return accepted(id, job.name, options.onDuplicate && { started });
}

function answersTable(): string {
  const table = process.env.ANSWERS_TABLE;
  if (table) return table;
  throw new Error(
    'The environment variable ANSWERS_TABLE is not set; it names the table of answers by Idempotency-Key',
  );
}

/** What the job itself tells this input from others by. @throws Problem 422 with the place of each thing that its schema refuses. */
async function ownIdentity(job: JobDefinition, value: unknown): Promise<readonly string[] | undefined> {
  try {
    return (await acceptInput(job, value)).identity;
  } catch (error) {
    if (!(error instanceof InvalidInputError) || !Array.isArray(error.cause)) throw error;
    const issues: readonly StandardSchemaV1.Issue[] = error.cause;
    const errors = issues.map(({ path = [], message }) => ({ path: pointer(path), detail: message }));
    throw new Problem(422, `${job.name} does not take this input: ${errors.length} problem(s)`, { errors });
  }
}

/** The place of an issue as a JSON Pointer (RFC 6901): `/columns/0`; the whole value is the empty text. */
function pointer(path: NonNullable<StandardSchemaV1.Issue['path']>): string {
  const keys = path.map((segment) => String(typeof segment === 'object' ? segment.key : segment));
  return keys.map((key) => `/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
