import { ServiceError } from './service.ts';

/** A `ServiceError` as it is; anything else is a fault of the engine: printed with its stack, answered as 500. */
export function asServiceError(error: unknown, signingName: string): ServiceError {
  if (error instanceof ServiceError) return error;
  // A client that goes away in the middle of its request is no fault of the engine.
  const isGone = (error as NodeJS.ErrnoException | undefined)?.code === 'ECONNRESET';
  if (!isGone) console.error(`${signingName}: internal failure:`, error);
  const message = error instanceof Error ? error.message : String(error);
  return new ServiceError('InternalFailure', `The local engine failed: ${message}`, 500);
}
