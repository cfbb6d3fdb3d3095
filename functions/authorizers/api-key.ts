import { createHash, timingSafeEqual } from 'node:crypto';
import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy from '@middy/core';
import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import { logger } from '../logger.ts';
import { someSecret } from '../secrets.ts';

type Answer = APIGatewaySimpleAuthorizerWithContextResult<{ partner?: string }>;

/**
 * Lets in partners by their key, in the header `x-api-key`: an example of a Lambda authorizer (payload format 2.0, simple
 * answers). The secret whose ARN is in `API_KEYS_SECRET_ARN` holds `{"<partner>": "<key>", …}`; the job's event says who
 * called, in `requestContext.authorizer.lambda.partner`. An error makes API Gateway answer 500.
 */
export const handler = middy<APIGatewayRequestAuthorizerEventV2, Answer>()
  .use(injectLambdaContext(logger, { resetKeys: true }))
  .handler(async ({ headers }: APIGatewayRequestAuthorizerEventV2): Promise<Answer> => {
    const arn = process.env.API_KEYS_SECRET_ARN;
    if (!arn)
      throw new Error('The environment variable API_KEYS_SECRET_ARN is not set; it names the secret with the keys');
    const given = headers?.['x-api-key'];
    let partner: string | undefined;
    const known =
      typeof given === 'string' &&
      given !== '' &&
      (await someSecret(arn, (keys) => {
        const found = whose(given, keys);
        partner ??= found;
        return found !== undefined;
      }));
    logger.info(known ? 'Let in' : 'Refused', { partner });
    return { isAuthorized: known, context: known ? { partner } : {} };
  });

/** Every key is compared, in constant time: how long it takes says nothing of how much of a key was right. */
function whose(given: string, keys: string): string | undefined {
  const matching = Object.entries(partners(keys)).filter(
    ([, key]) => key !== '' && timingSafeEqual(hash(key), hash(given)),
  );
  return matching[0]?.[0];
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** @throws Error that says what the secret must hold, and nothing of what it holds */
function partners(text: string): Record<string, string> {
  let keys: unknown;
  try {
    keys = JSON.parse(text);
  } catch {
    keys = undefined;
  }
  const isMap = typeof keys === 'object' && keys !== null && !Array.isArray(keys);
  if (isMap && Object.values(keys as object).every((key) => typeof key === 'string'))
    return keys as Record<string, string>;
  throw new Error('The secret with the API keys must be a JSON object: {"<partner>": "<key>", …}');
}
