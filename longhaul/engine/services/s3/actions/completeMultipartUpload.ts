import { type Checksum, checksumHeader } from '../checksum.ts';
import { checksumElements, quoted } from '../description.ts';
import { s3Error } from '../errors.ts';
import { receiveText } from '../receive.ts';
import type { PartRecord, UploadRecord } from '../records.ts';
import { header, type S3Reply, type S3Request } from '../request.ts';
import { checksumOfParts } from '../upload-store.ts';
import { elements, readXml, text, writeXml } from '../xml.ts';

/** All parts but the last. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const leastPartSize = 5 * 1024 * 1024;

export async function completeMultipartUpload(request: S3Request): Promise<S3Reply> {
  const { store, bucket, key, query, requestId } = request;
  const document = await receiveDocument(request);
  const upload = store.uploads.require(bucket, key, query.get('uploadId') ?? '');
  const parts = choose(
    upload,
    store.uploads.parts(upload),
    elements((await readXml(document, 'CompleteMultipartUpload')).Part),
  );
  const checksum = await checksumOfParts(upload, parts);
  checkWhole(request, parts, checksum);
  const object = store.uploads.complete(upload, parts, checksum, {
    eventName: 'ObjectCreated:CompleteMultipartUpload',
    requestId,
    ifMatch: header(request, 'if-match'),
    ifNoneMatch: header(request, 'if-none-match'),
  });
  const body = writeXml('CompleteMultipartUploadResult', {
    Location: `http://${request.headers.host}/${bucket}/${encodeURIComponent(key).replaceAll('%2F', '/')}`,
    Bucket: bucket,
    Key: key,
    ETag: quoted(object.eTag),
    ...checksumElements(checksum),
  });
  return { body };
}

/** The checksum headers of this request are the object's, not those of the document that it carries. */
function receiveDocument(request: S3Request): Promise<string> {
  const headers = { ...request.headers };
  for (const name of Object.keys(headers)) if (name.startsWith('x-amz-checksum-')) delete headers[name];
  return receiveText({ ...request, headers });
}

/** The parts that the client names, in ascending order, each as it was uploaded. */
function choose(upload: UploadRecord, uploaded: PartRecord[], named: Record<string, unknown>[]): PartRecord[] {
  if (named.length === 0) throw s3Error('MalformedXML');
  const byNumber = new Map(uploaded.map((part) => [part.number, part]));
  const numbers = named.map(({ PartNumber }) => Number(text(PartNumber)));
  if (!numbers.every(Number.isInteger)) throw s3Error('MalformedXML');
  if (numbers.some((number, index) => number <= (numbers[index - 1] ?? 0))) {
    throw s3Error('InvalidPartOrder', { UploadId: upload.id });
  }
  return named.map((element, index) => {
    const number = numbers[index]!;
    const part = byNumber.get(number);
    const eTag =
      text(element.ETag)
        ?.trim()
        .replace(/^"(.*)"$/, '$1') ?? '';
    if (!part || part.eTag !== eTag)
      throw s3Error('InvalidPart', { UploadId: upload.id, PartNumber: number, ETag: eTag });
    checkPart(upload, part, element);
    if (part.segment.size < leastPartSize && index < named.length - 1) {
      const details = {
        ProposedSize: part.segment.size,
        MinSizeAllowed: leastPartSize,
        PartNumber: number,
        ETag: eTag,
      };
      throw s3Error('EntityTooSmall', details);
    }
    return part;
  });
}

function checkPart(
  { id, algorithm, checksumType }: UploadRecord,
  part: PartRecord,
  element: Record<string, unknown>,
): void {
  if (!algorithm) return;
  const given = text(element[`Checksum${algorithm}`])?.trim();
  if (given === undefined && checksumType === 'COMPOSITE') {
    throw s3Error(
      'InvalidRequest',
      {},
      `The upload was created using a ${algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${part.number} in the request.`,
    );
  }
  if (given !== undefined && given !== part.checksum?.value) {
    throw s3Error('InvalidPart', { UploadId: id, PartNumber: part.number });
  }
}

/** What the client says of the whole object, if it does. */
function checkWhole(request: S3Request, parts: PartRecord[], checksum: Checksum | undefined): void {
  const type = header(request, 'x-amz-checksum-type')?.toUpperCase();
  if (type !== undefined && checksum && type !== checksum.type) {
    throw s3Error('BadDigest', {}, `The upload was created with the checksum type ${checksum.type}, not ${type}.`);
  }
  const given = checksum && header(request, checksumHeader(checksum.algorithm));
  if (checksum && given !== undefined && given !== checksum.value && `${given}-${parts.length}` !== checksum.value) {
    throw s3Error('BadDigest', {}, `The ${checksum.algorithm} you specified did not match the calculated checksum.`);
  }
  const size = header(request, 'x-amz-mp-object-size');
  const actual = parts.reduce((sum, { segment }) => sum + segment.size, 0);
  if (size !== undefined && Number(size) !== actual) {
    const message = `The provided 'x-amz-mp-object-size' header value ${size} does not match what was computed: ${actual}`;
    throw s3Error('InvalidRequest', {}, message);
  }
}
