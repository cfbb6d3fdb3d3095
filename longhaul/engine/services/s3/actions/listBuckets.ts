import { integer, type S3Reply, type S3Request } from '../request.ts';
import { writeXml } from '../xml.ts';

export function listBuckets(request: S3Request): S3Reply {
  const { store, query } = request;
  const limit = integer(request, 'max-buckets', 1, 10_000, 10_000);
  const prefix = query.get('prefix') ?? undefined;
  const after = query.get('continuation-token') ?? '';
  const matching = store.buckets.all().filter(({ name }) => name.startsWith(prefix ?? '') && name > after);
  const page = matching.slice(0, limit);
  const body = writeXml('ListAllMyBucketsResult', {
    Owner: { ID: '000000000000', DisplayName: 'longhaul' },
    Buckets: {
      Bucket: page.map(({ name, created }) => ({
        Name: name,
        CreationDate: new Date(created),
        BucketRegion: 'us-east-1',
      })),
    },
    ContinuationToken: matching.length > limit ? page.at(-1)!.name : undefined,
    Prefix: prefix,
  });
  return { body };
}
