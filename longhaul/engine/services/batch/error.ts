import { randomUUID } from 'node:crypto';
import { ServiceError } from '../../endpoint/service.ts';

/** A mistake of the caller, in the form of Batch's messages: `Error executing request, Exception : …, RequestId: …`. */
export function clientException(text: string): ServiceError {
  return new ServiceError(
    'ClientException',
    `Error executing request, Exception : ${text}, RequestId: ${randomUUID()}`,
    400,
  );
}
