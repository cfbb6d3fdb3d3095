import { ServiceError } from '../endpoint/service.ts';

/** Bytes of an invocation's payload. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const REQUEST_LIMITS = { RequestResponse: 6_291_456, Event: 1_048_576 };

/** Bytes of an answer: the runtime's POST may carry a little more than a request. */
export const RESPONSE_LIMIT = 6_291_556;

export type InvocationType = keyof typeof REQUEST_LIMITS;

/**
 * Refuses what Lambda refuses before any function runs.
 * @throws ServiceError RequestEntityTooLargeException (413), InvalidRequestContentException (400)
 */
export function checkPayload(payload: Buffer, type: InvocationType): void {
  const limit = REQUEST_LIMITS[type];
  if (payload.length > limit) {
    throw new ServiceError(
      'RequestEntityTooLargeException',
      `${payload.length} byte payload is too large for the ${type} invocation type (limit ${limit} bytes)`,
      413,
      { Type: 'User' },
    );
  }
  try {
    JSON.parse(payload.toString('utf8'));
  } catch (error) {
    throw new ServiceError(
      'InvalidRequestContentException',
      `Could not parse request body into json: ${(error as Error).message}`,
      400,
      { Type: 'User' },
    );
  }
}
