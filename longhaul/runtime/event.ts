import type { S3Address } from './environment.ts';
import { PermanentJobError } from './errors.ts';
import type { ObjectStore } from './objects.ts';

/**
 * The event's text, from the environment or from S3.
 * @throws PermanentJobError when it is not there, or is longer than a string can be (V8: 512 Mi characters)
 */
export async function readEventText(event: string | S3Address, objects: ObjectStore): Promise<string> {
  if (typeof event === 'string') return event;
  const found = await objects.get(event);
  const address = `s3://${event.bucket}/${event.key}`;
  if (!found) throw new PermanentJobError(`The event ${address} is not there: it was deleted or has expired`);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(found.body);
  } catch (error) {
    throw new PermanentJobError(`The event ${address} (${found.body.length} bytes) is no text: ${error}`, {
      cause: error,
    });
  }
}
