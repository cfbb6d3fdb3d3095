import { setTimeout as sleep } from 'node:timers/promises';
import { type ApiAnswer, type ApiRequest, apiRequests } from './api-request.ts';
import type { AwsOptions } from './aws.ts';
import type { ExecutionDescription } from './describe.ts';
import type { Driver, ExecutionPage, LogPage, RunOutcome } from './driver.ts';
import { ApiError, ExecutionStateError, UnknownExecutionError, UnknownJobError } from './errors.ts';
import { executionName } from './identity.ts';
import { EXECUTIONS, InvalidCursorError, LINES, limitOf } from './page.ts';
import { LONGEST_STOP_SECONDS } from './resumption.ts';
import { type InputProblem, InvalidInputError } from './validate-input.ts';

export interface ApiOptions {
  /** The stack's output `ApiUrl`. */
  url: string;
  /** Region and credentials to sign with; by default those of the environment. `endpoint` does not matter here. */
  aws?: AwsOptions;
}

/** An answer that is no success, as RFC 9457 has it; `message` is API Gateway's own word for `detail`. */
interface Problem {
  detail?: string;
  message?: string;
  id?: string;
  retryable?: boolean;
  errors?: { path: string; detail: string }[];
}

/** Of stopping, in characters: the API takes no more. */
const LONGEST_REASON = 1024;

/** Between two questions whether a stopped container has ended. */
const RESUME_INTERVAL_SECONDS = 2;

/**
 * Executions behind a Longhaul API: for callers that may call that API and nothing else of the stack. What was started has the source
 * `http`, an input has at most 6 MB, and a result that is larger than one is an `ApiError` that says where it lies.
 */
export function apiDriver({ url, aws }: ApiOptions): Driver {
  const request = apiRequests(url, aws);
  const ask = async <Body>(of: ApiRequest, refusal: (answer: ApiAnswer, problem: Problem) => Error | undefined) => {
    const answer = await request(of);
    if (answer.status < 300) return answer.body as Body;
    const problem = (answer.body ?? {}) as Problem;
    throw refusal(answer, problem) ?? new ApiError(answer.status, explained(of, answer, problem));
  };
  const describe = (id: string): Promise<ExecutionDescription> =>
    ask({ method: 'GET', path: executionPath(id), repeatable: true }, unlessThere(id));

  return {
    async start({ job, event, identity, startAt, tags, onDuplicate }) {
      const answer = await request({
        method: 'POST',
        path: `/jobs/${encodeURIComponent(job)}`,
        query: {
          onDuplicate,
          startAt,
          ...Object.fromEntries(Object.entries(tags ?? {}).map(([name, value]) => [`tag.${name}`, value])),
        },
        headers: keyHeader(job, identity),
        body: event,
        // To tell the first start from a second one, there must be one request only.
        repeatable: onDuplicate === 'return',
      });
      const problem = (answer.body ?? {}) as Problem & Partial<RunOutcome>;
      if (answer.status < 300) return { id: problem.id!, started: problem.started ?? true };
      if (answer.status === 409 && problem.id) return { id: problem.id, started: false };
      if (isNotThere(answer)) throw new UnknownJobError(job);
      if (answer.status === 422 && problem.errors) throw new InvalidInputError(problem.errors.map(problemAt));
      throw new ApiError(answer.status, explained({ method: 'POST', path: `/jobs/${job}` }, answer, problem));
    },
    describe,
    list: async ({ job, status, limit, cursor }) => {
      const query = { job, status, limit: String(limitOf(limit, EXECUTIONS)), cursor };
      return ask<ExecutionPage>({ method: 'GET', path: '/executions', query, repeatable: true }, (answer) =>
        answer.status === 400 && cursor !== undefined ? new InvalidCursorError(cursor) : undefined,
      );
    },
    logs: async (id, { limit, cursor }) => {
      const query = { limit: String(limitOf(limit, LINES)), cursor };
      return ask<LogPage>({ method: 'GET', path: `${executionPath(id)}/logs`, query, repeatable: true }, (answer) =>
        answer.status === 400 && cursor !== undefined ? new InvalidCursorError(cursor) : unlessThere(id)(answer),
      );
    },
    async result(id) {
      const { result, resultTooLarge, artifacts } = await describe(id);
      if (!resultTooLarge) return result;
      const place = `${artifacts}result.json`;
      throw new ApiError(
        200,
        `The result of ${id} is larger than a megabyte, which the API does not hand out: it is ${place}`,
      );
    },
    async stop(id, reason) {
      const query = { reason: reason?.slice(0, LONGEST_REASON) || undefined };
      await ask({ method: 'DELETE', path: executionPath(id), query, repeatable: true }, unlessThere(id));
    },
    async resume(id) {
      for (const deadline = Date.now() + LONGEST_STOP_SECONDS * 1000; ; ) {
        try {
          const { id: next, started = true } = await ask<{ id: string; started?: boolean }>(
            { method: 'POST', path: `${executionPath(id)}/resume`, repeatable: true },
            (answer, { detail = `${id} cannot be resumed`, retryable = false }) =>
              answer.status === 409 ? new ExecutionStateError(id, detail, { retryable }) : unlessThere(id)(answer),
          );
          return { id: next, started };
        } catch (error) {
          const stops = error instanceof ExecutionStateError && error.retryable;
          if (!stops || Date.now() > deadline) throw error;
          await sleep(RESUME_INTERVAL_SECONDS * 1000);
        }
      }
    },
  };
}

/** By the API's own word: under an address that is none of its own, API Gateway or whoever is there answers 404 as well. */
const isNotThere = ({ status, headers }: ApiAnswer): boolean =>
  status === 404 && /^application\/problem\+json\b/.test(headers.get('content-type') ?? '');

const unlessThere = (id: string) => (answer: ApiAnswer) =>
  isNotThere(answer) ? new UnknownExecutionError(id) : undefined;

const executionPath = (id: string): string => `/executions/${encodeURIComponent(id)}`;

/** A job's own key needs none: the API asks the job's definition too. */
function keyHeader(job: string, identity: readonly string[]): Record<string, string> {
  const [first, second, key] = identity;
  if (first === 'key') return {};
  return { 'idempotency-key': first === 'http' && second === 'key' && key ? key : executionName(job, identity) };
}

/** `/Records/0/name` is `Records[0].name`. */
function problemAt({ path, detail }: { path: string; detail: string }): InputProblem {
  const keys = path.split('/').slice(1);
  const dotted = keys
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'))
    .map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`))
    .join('');
  return { path: dotted.replace(/^\./, ''), message: detail };
}

const HINTS: Record<number, string> = {
  403: '. The caller needs the right execute-api:Invoke on this route',
  404: ". The url must be that of the API: the stack's output ApiUrl",
};

function explained({ method, path }: Pick<ApiRequest, 'method' | 'path'>, answer: ApiAnswer, problem: Problem): string {
  // Of a refused signature API Gateway also says, in lines of its own, what it would have signed: with the session token.
  const [said] = (problem.detail ?? problem.message ?? 'nothing that can be read').split('\n', 1);
  return `${method} ${path} was answered ${answer.status}: ${said}${HINTS[answer.status] ?? ''}`;
}
