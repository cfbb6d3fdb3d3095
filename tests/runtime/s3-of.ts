import type { ObjectStore } from '../../longhaul/runtime/objects.ts';
import { s3Objects } from '../../longhaul/runtime/s3-objects.ts';

/** The runtime's own S3, in this process, at an endpoint of the engine. */
export async function withS3<T>(
  { endpoint }: { endpoint: { url: string } },
  work: (objects: ObjectStore) => Promise<T>,
): Promise<T> {
  const given = {
    AWS_ENDPOINT_URL: endpoint.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'any',
    AWS_SECRET_ACCESS_KEY: 'thing',
  };
  const before = Object.keys(given).map((name) => [name, process.env[name]] as const);
  Object.assign(process.env, given);
  const objects = s3Objects();
  try {
    return await work(objects);
  } finally {
    objects.close();
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  }
}
