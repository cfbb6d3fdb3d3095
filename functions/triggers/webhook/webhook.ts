import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { accepted } from '../../http/answer.ts';
import { Problem } from '../../http/problem.ts';
import { logger } from '../../logger.ts';
import { triggerRoute } from '../../middleware/index.ts';
import { someSecret } from '../../secrets.ts';
import { startOne } from '../start-one.ts';
import { MalformedEventError } from '../trigger.ts';
import type { Scheme } from './schemes.ts';

/**
 * Webhooks of senders that sign what they send → 202 `{ id, job, href }`. Nobody else stands guard before these functions, so
 * nothing is started, parsed or answered in detail before the signature is verified: HMAC-SHA256 over the bytes that were
 * sent, with the secret whose ARN is in `WEBHOOK_SECRET_ARN`. The job gets the request as API Gateway passes it on.
 */
export const webhook = (scheme: Scheme) =>
  triggerRoute(async (request) => {
    const body = bytesOf(request);
    const headers = request.headers ?? {};
    const now = Date.now();
    if (!(await someSecret(secretArn(), (secret) => scheme.isSigned(headers, body, secret, now)))) {
      logger.warn('Refused: not signed with the secret, or too long ago', { source: scheme.source });
      // The same to everybody: what was wrong would help whoever guesses.
      throw new Problem(401, 'The request is not signed as it must be');
    }
    const { id } = await startOne(request, [scheme.source, ...identityOf(scheme, headers, body)]);
    return accepted(id);
  });

/** @throws Problem 400 when the sender, who is who it says it is, does not name its event. */
function identityOf(scheme: Scheme, headers: APIGatewayProxyEventV2['headers'], body: Buffer): string[] {
  try {
    return scheme.identity(headers, body);
  } catch (error) {
    throw error instanceof MalformedEventError ? new Problem(400, error.message) : error;
  }
}

/** What was sent, to the byte: API Gateway passes on as base64 what it does not take for text. */
function bytesOf({ body, isBase64Encoded }: APIGatewayProxyEventV2): Buffer {
  return Buffer.from(typeof body === 'string' ? body : '', isBase64Encoded ? 'base64' : 'utf8');
}

function secretArn(): string {
  const arn = process.env.WEBHOOK_SECRET_ARN;
  if (arn) return arn;
  throw new Error('The environment variable WEBHOOK_SECRET_ARN is not set; it names the secret of the sender');
}
