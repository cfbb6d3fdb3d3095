import { setTimeout } from 'node:timers/promises';
import { IdempotencyConfig, makeIdempotent } from '@aws-lambda-powertools/idempotency';
import type { APIGatewayProxyStructuredResultV2, Context } from 'aws-lambda';
import { Answers } from './answers.ts';
import { asProblem, Problem } from './problem.ts';

type Answer = APIGatewayProxyStructuredResultV2;

/** A request that is known by a key. */
export interface Keyed {
  /** What tells it from all others. */
  key: readonly string[];
  /** What must be the same when the key is. Only its hash is stored. */
  body: string;
}

/** As long as Step Functions keeps the names of executions: then the same key starts a new one anyway. */
const EXPIRES_AFTER_SECONDS = 90 * 24 * 60 * 60;

/** How long a request waits for the answer of another one with its key, and how often it looks. Milliseconds. */
const PATIENCE = 3_000;
const INTERVAL = 150;

let store: Answers | undefined;

/**
 * Answers a request as it was answered before; the first of its key by `handle`. Errors are not kept: the same request may
 * be sent again, and after a refusal (4xx), when nothing was started, another one too. Loaded only for requests with a key: the path without one needs no DynamoDB.
 *
 * @param table - the DynamoDB table of answers
 * @throws Problem 422 when the key was used for another request, 409 when another request with this key takes too long; and
 *   whatever DynamoDB answers when it refuses or cannot be reached, as the AWS SDK's errors
 */
export async function sameAnswer(
  table: string,
  request: Keyed,
  context: Context,
  handle: () => Promise<Answer>,
): Promise<Answer> {
  store ??= new Answers(table);
  const config = new IdempotencyConfig({
    eventKeyJmesPath: 'key',
    payloadValidationJmesPath: 'body',
    throwOnNoIdempotencyKey: true,
    expiresAfterSeconds: EXPIRES_AFTER_SECONDS,
    hashFunction: 'sha256',
  });
  config.registerLambdaContext(context); // says how long a request that never ends holds its key
  // Not the Middy middleware: a request that it turns away because another one is being answered makes it forget that other one.
  const once = makeIdempotent((_request: Keyed) => handle(), { persistenceStore: store, config, keyPrefix: 'jobs' });
  const since = Date.now();
  for (;;) {
    try {
      return await once(request);
    } catch (error) {
      if (asProblem(error).status < 500) await store.forget(request);
      if (!isInProgress(error)) throw meant(error);
      if (Date.now() - since > PATIENCE) {
        const text = 'Another request with this Idempotency-Key is being answered. Send the same request again.';
        throw new Problem(409, text, { retryable: true }, { 'retry-after': '1' });
      }
      await setTimeout(INTERVAL);
    }
  }
}

const isInProgress = (error: unknown) => (error as Error).name === 'IdempotencyAlreadyInProgressError';

/** What was wrong, without the words of the library around it. */
function meant(error: unknown): unknown {
  const { name, cause } = error as Error;
  if (name === 'IdempotencyValidationError') {
    return new Problem(
      422,
      'This Idempotency-Key was used for another request. Use a key of its own for each request.',
    );
  }
  return name === 'IdempotencyPersistenceLayerError' && cause ? cause : error;
}
