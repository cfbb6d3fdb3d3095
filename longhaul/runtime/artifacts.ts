import { extname } from 'node:path/posix';
import type { Artifacts } from './context.ts';
import type { S3Address } from './environment.ts';
import type { SupersededError } from './errors.ts';
import type { ObjectStore } from './objects.ts';

/** What the runtime and the starters keep there themselves. */
const RESERVED = /^(event|progress|result|error)\.json$|^checkpoint(\/|$)/;

const CONTENT_TYPES: Record<string, string> = {
  '.css': 'text/css; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.gz': 'application/gzip',
  '.html': 'text/html; charset=utf-8',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.md': 'text/markdown; charset=utf-8',
  '.pdf': 'application/pdf',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.xml': 'application/xml',
  '.zip': 'application/zip',
};

/** @throws TypeError with what is wrong with the name of an artifact that a job adds */
export function checkArtifactName(name: string): void {
  const wrong =
    name === '' || name.startsWith('/') || name.split('/').includes('..')
      ? 'must be a path below the execution\'s prefix, such as "report.html" or "pages/1.png"'
      : RESERVED.test(name)
        ? 'is used by the runtime itself; choose another name'
        : undefined;
  if (wrong) throw new TypeError(`The artifact name ${JSON.stringify(name)} ${wrong}`);
}

/** The handler's `artifacts`: files at `address`, until `superseded()` says that they are another start's now. */
export function createArtifacts(
  objects: ObjectStore,
  address: S3Address,
  superseded: () => SupersededError | undefined,
): Artifacts {
  const { bucket, key: prefix } = address;
  return {
    uri: `s3://${bucket}/${prefix}`,
    bucket,
    prefix,
    async put(name, body, options = {}) {
      checkArtifactName(name);
      const error = superseded();
      if (error) throw error;
      const contentType = options.contentType ?? CONTENT_TYPES[extname(name)] ?? 'application/octet-stream';
      await objects.put({ bucket, key: prefix + name }, body, { contentType });
    },
    get: async (name) => (await objects.get({ bucket, key: prefix + name }))?.body,
  };
}
