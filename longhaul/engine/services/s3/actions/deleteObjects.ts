import { ServiceError } from '../../../endpoint/service.ts';
import { s3Error } from '../errors.ts';
import { receiveText } from '../receive.ts';
import type { S3Reply, S3Request } from '../request.ts';
import { elements, readXml, text, writeXml, type Xml } from '../xml.ts';

/** Up to 1,000 keys; each is deleted or refused for itself. */
export async function deleteObjects(request: S3Request): Promise<S3Reply> {
  const { store, bucket } = request;
  store.buckets.require(bucket);
  const document = await readXml(await receiveText(request), 'Delete');
  const objects = elements(document.Object);
  if (objects.length === 0 || objects.length > 1000) throw s3Error('MalformedXML');

  const Deleted: Xml[] = [];
  const ErrorList: Xml[] = [];
  for (const object of objects) {
    const key = text(object.Key);
    if (!key) throw s3Error('MalformedXML');
    try {
      store.remove(bucket, key, request.requestId, text(object.ETag));
      Deleted.push({ Key: key });
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      ErrorList.push({ Key: key, Code: error.code, Message: error.message });
    }
  }
  const isQuiet = text(document.Quiet)?.trim() === 'true';
  return { body: writeXml('DeleteResult', { Deleted: isQuiet ? [] : Deleted, Error: ErrorList }) };
}
