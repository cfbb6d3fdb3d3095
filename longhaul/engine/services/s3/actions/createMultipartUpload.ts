import { algorithmNamed, type ChecksumAlgorithm, type ChecksumType } from '../checksum.ts';
import { isCombinable } from '../crc-combine.ts';
import { describeObject } from '../description.ts';
import { s3Error } from '../errors.ts';
import { header, type S3Reply, type S3Request } from '../request.ts';
import { writeXml } from '../xml.ts';

export function createMultipartUpload(request: S3Request): S3Reply {
  const { store, bucket, key } = request;
  const named = header(request, 'x-amz-checksum-algorithm');
  const algorithm = algorithmNamed(named);
  if (named !== undefined && !algorithm)
    throw s3Error('NotImplemented', { Header: 'x-amz-checksum-algorithm', Value: named });
  const checksumType = algorithm && typeOf(request, algorithm);
  const upload = store.uploads.create({ bucket, key, ...describeObject(request), algorithm, checksumType });
  return {
    headers: { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': checksumType },
    body: writeXml('InitiateMultipartUploadResult', { Bucket: bucket, Key: key, UploadId: upload.id }),
  };
}

/**
 * CRC-64/NVME is of the full object only, a SHA is composite only, the other CRCs are either and composite by default.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
function typeOf(request: S3Request, algorithm: ChecksumAlgorithm): ChecksumType {
  const asked = header(request, 'x-amz-checksum-type')?.toUpperCase();
  const type = asked ?? (algorithm === 'CRC64NVME' ? 'FULL_OBJECT' : 'COMPOSITE');
  const isPossible =
    (type === 'FULL_OBJECT' && isCombinable(algorithm)) || (type === 'COMPOSITE' && algorithm !== 'CRC64NVME');
  if (isPossible) return type as ChecksumType;
  const message = `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`;
  throw s3Error('InvalidRequest', {}, message);
}
