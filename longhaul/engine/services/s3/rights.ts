import type { Asked, Right } from '../../rights/index.ts';

/**
 * "Required permissions for Amazon S3 API operations":
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html. The keys of `?delete` are in a body
 * that is not read for this.
 */
export function s3Rights(asked: Asked): Right[] {
  const { method, query, headers } = asked;
  const { bucket, key } = placeOf(asked);
  if (!bucket) return [{ action: 's3:ListAllMyBuckets', resource: '*' }];
  if (!key) return ofBucket(method, query, `arn:aws:s3:::${bucket}`);
  const of = (action: string, path = `${bucket}/${key}`) => ({
    action: `s3:${action}`,
    resource: `arn:aws:s3:::${path}`,
  });
  const version = query.has('versionId') ? 'Version' : '';
  if (query.has('tagging')) {
    const verb = { GET: 'Get', DELETE: 'Delete' }[method] ?? 'Put';
    return [of(`${verb}Object${version}Tagging`)];
  }
  if (method === 'DELETE') {
    if (query.has('uploadId')) return [of('AbortMultipartUpload')];
    // "To perform conditional deletes with the If-Match header with the ETag value, you must have the s3:DeleteObject and
    // s3:GetObject permissions": userguide/conditional-deletes.html
    const etag = headers['if-match'];
    return [of(`DeleteObject${version}`), ...(etag === undefined || etag === '*' ? [] : [of('GetObject')])];
  }
  if (method === 'GET' || method === 'HEAD') {
    return [of(query.has('uploadId') ? 'ListMultipartUploadParts' : `GetObject${version}`)];
  }
  const source = headers['x-amz-copy-source'];
  if (!source) return [of('PutObject')];
  const [path = '', from] = String(source).split('?versionId=');
  return [of(`GetObject${from ? 'Version' : ''}`, decodeURIComponent(path).replace(/^\//, '')), of('PutObject')];
}

/** "If you have the s3:ListBucket permission, S3 returns 404", and 403 without (GetObject, HeadObject). */
export function s3RightsAfter(asked: Asked, status: number): Right[] {
  const { bucket, key } = placeOf(asked);
  const isRead = asked.method === 'GET' || asked.method === 'HEAD';
  return isRead && key && status === 404 ? [{ action: 's3:ListBucket', resource: `arn:aws:s3:::${bucket}` }] : [];
}

function ofBucket(method: string, query: URLSearchParams, resource: string): Right[] {
  if (method === 'POST') return [];
  if (method === 'PUT' || method === 'DELETE') {
    const isWhole = query.size === 0 || [...query.keys()].every((name) => name === 'x-id');
    return isWhole ? [{ action: method === 'PUT' ? 's3:CreateBucket' : 's3:DeleteBucket', resource }] : [];
  }
  if (query.has('location')) return [{ action: 's3:GetBucketLocation', resource }];
  if (query.has('uploads')) return [{ action: 's3:ListBucketMultipartUploads', resource }];
  if (query.has('versions')) return [{ action: 's3:ListBucketVersions', resource }];
  return [{ action: 's3:ListBucket', resource, context: { 's3:prefix': query.get('prefix') ?? '' } }];
}

/** Path-style or `bucket.localhost`. A path that cannot be decoded S3 refuses itself. */
function placeOf({ path, headers }: Asked): { bucket: string; key: string } {
  const named = /^([a-z0-9.-]+)\.localhost(:\d+)?$/i.exec(headers.host ?? '')?.[1];
  try {
    const [, bucket = '', key = ''] = /^([^/]*)\/?(.*)$/s.exec(
      decodeURIComponent(named ? `${named}${path}` : path.slice(1)),
    )!;
    return { bucket, key };
  } catch {
    return { bucket: '', key: '' };
  }
}
