import { ServiceError } from './service.ts';

/** A `ServiceError` as it is; anything else is a fault of the engine: printed with its stack, answered as 500. */
export function asServiceError(error: unknown, signingName: string): ServiceError {
  if (error instanceof ServiceError) return error;
  console.error(`${signingName}: internal failure:`, error);
  const message = error instanceof Error ? error.message : String(error);
  return new ServiceError('InternalFailure', `The local engine failed: ${message}`, 500);
}
