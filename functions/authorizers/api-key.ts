import { createHash, timingSafeEqual } from 'node:crypto';
import type { APIGatewayRequestAuthorizerEventV2, APIGatewaySimpleAuthorizerWithContextResult } from 'aws-lambda';
import { logger } from '../logger.ts';
import { lambda } from '../middleware/index.ts';
import { someSecret } from '../secrets.ts';

type Answer = APIGatewaySimpleAuthorizerWithContextResult<{ partner?: string }>;

/**
 * Lets in partners by their key, in the header `x-api-key`: an example of a Lambda authorizer (payload format 2.0, simple
 * answers). The secret whose ARN is in `API_KEYS_SECRET_ARN` holds `{"<partner>": "<key>", …}`; the job's event says who
 * called, in `requestContext.authorizer.lambda.partner`. An error makes API Gateway answer 500.
 */
export const handler = lambda(async ({ headers }: APIGatewayRequestAuthorizerEventV2): Promise<Answer> => {
  const arn = process.env.API_KEYS_SECRET_ARN;
  if (!arn)
    throw new Error('The environment variable API_KEYS_SECRET_ARN is not set; it names the secret with the keys');
  const given = headers?.['x-api-key'];
  let partner: string | undefined;
  const known =
    typeof given === 'string' &&
    given !== '' &&
    (await someSecret(arn, (keys, current) => {
      const found = whose(given, keys, current);
      partner ??= found;
      return found !== undefined;
    }));
  logger.info(known ? 'Let in' : 'Refused', { partner });
  return { isAuthorized: known, context: known ? { partner } : {} };
});

/**
 * Every key is compared, in constant time: how long it takes says nothing of how much of a key was right.
 *
 * @param keys - the secret's value, or the one before it, whose keys count for partners that still have one
 * @throws Error that says what the secret must hold, and nothing of what it holds
 */
function whose(given: string, keys: string, current: string): string | undefined {
  const partners = partnersIn(current);
  if (!partners) {
    throw new Error('The secret with the API keys must be a JSON object: {"<partner>": "<key>", …}');
  }
  const matching = [...(partnersIn(keys) ?? [])].filter(
    ([partner, key]) => partners.has(partner) && timingSafeEqual(hash(key), hash(given)),
  );
  return matching[0]?.[0];
}

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

/** Partners and their keys, without those whose key is empty; undefined for a text that holds something else. */
function partnersIn(text: string): Map<string, string> | undefined {
  let keys: unknown;
  try {
    keys = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof keys !== 'object' || keys === null || Array.isArray(keys)) return undefined;
  const all = Object.entries(keys);
  return all.every(([, key]) => typeof key === 'string') ? new Map(all.filter(([, key]) => key !== '')) : undefined;
}
