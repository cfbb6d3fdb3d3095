import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { PermanentJobError } from '../runtime/errors.ts';
import { ObjectReplacedError, type ObjectSource } from '../runtime/reading/index.ts';

/** As many bytes as a chunk of S3 has, more or less. */
const CHUNK = 65_536;

/** Objects for `readObject` and `readLines`, by `s3://bucket/key`. */
export function memorySource(objects: Readonly<Record<string, string | Uint8Array>>): ObjectSource {
  return {
    async open({ bucket, key }, position) {
      const name = `s3://${bucket}/${key}`;
      const content = objects[name];
      if (content === undefined) {
        const known = Object.keys(objects).join(', ') || 'none';
        throw new PermanentJobError(
          `${name} does not exist: the test has no object of this name; its objects: ${known}.`,
        );
      }
      const body = Buffer.from(content);
      const eTag = `"${createHash('md5').update(body).digest('hex')}"`;
      if (position && position.eTag !== eTag) throw new ObjectReplacedError(`${name} was replaced`);
      const from = position?.offset ?? 0;
      const chunks = Array.from({ length: Math.ceil((body.length - from) / CHUNK) }, (_, index) =>
        body.subarray(from + index * CHUNK, from + (index + 1) * CHUNK),
      );
      return { identity: { eTag, size: body.length }, body: Readable.from(chunks) };
    },
    close() {},
  };
}
