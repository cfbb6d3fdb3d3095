import { abortMultipartUpload } from './actions/abortMultipartUpload.ts';
import { completeMultipartUpload } from './actions/completeMultipartUpload.ts';
import { copyObject } from './actions/copyObject.ts';
import { createBucket } from './actions/createBucket.ts';
import { createMultipartUpload } from './actions/createMultipartUpload.ts';
import { deleteBucket } from './actions/deleteBucket.ts';
import { deleteObject } from './actions/deleteObject.ts';
import { deleteObjects } from './actions/deleteObjects.ts';
import { deleteObjectTagging } from './actions/deleteObjectTagging.ts';
import { getBucketLocation } from './actions/getBucketLocation.ts';
import { getObject } from './actions/getObject.ts';
import { getObjectTagging } from './actions/getObjectTagging.ts';
import { headBucket } from './actions/headBucket.ts';
import { listBuckets } from './actions/listBuckets.ts';
import { listMultipartUploads } from './actions/listMultipartUploads.ts';
import { listObjects } from './actions/listObjects.ts';
import { listObjectsV2 } from './actions/listObjectsV2.ts';
import { listParts } from './actions/listParts.ts';
import { putObject } from './actions/putObject.ts';
import { putObjectTagging } from './actions/putObjectTagging.ts';
import { uploadPart } from './actions/uploadPart.ts';
import { uploadPartCopy } from './actions/uploadPartCopy.ts';
import { s3Error } from './errors.ts';
import { header, type S3Action, type S3Request } from './request.ts';

type Level = 'service' | 'bucket' | 'object';

interface Route {
  level: Level;
  method: string;
  /** A query parameter that must be there. */
  query?: string;
  /** A header that must be there. */
  header?: string;
  action: S3Action;
}

/** The first that fits. */
const routes: Route[] = [
  { level: 'service', method: 'GET', action: listBuckets },

  { level: 'bucket', method: 'PUT', action: createBucket },
  { level: 'bucket', method: 'HEAD', action: headBucket },
  { level: 'bucket', method: 'DELETE', action: deleteBucket },
  { level: 'bucket', method: 'POST', query: 'delete', action: deleteObjects },
  { level: 'bucket', method: 'GET', query: 'location', action: getBucketLocation },
  { level: 'bucket', method: 'GET', query: 'uploads', action: listMultipartUploads },
  { level: 'bucket', method: 'GET', query: 'list-type', action: listObjectsV2 },
  { level: 'bucket', method: 'GET', action: listObjects },

  { level: 'object', method: 'POST', query: 'uploads', action: createMultipartUpload },
  { level: 'object', method: 'PUT', query: 'uploadId', header: 'x-amz-copy-source', action: uploadPartCopy },
  { level: 'object', method: 'PUT', query: 'uploadId', action: uploadPart },
  { level: 'object', method: 'POST', query: 'uploadId', action: completeMultipartUpload },
  { level: 'object', method: 'DELETE', query: 'uploadId', action: abortMultipartUpload },
  { level: 'object', method: 'GET', query: 'uploadId', action: listParts },
  { level: 'object', method: 'GET', query: 'tagging', action: getObjectTagging },
  { level: 'object', method: 'PUT', query: 'tagging', action: putObjectTagging },
  { level: 'object', method: 'DELETE', query: 'tagging', action: deleteObjectTagging },
  { level: 'object', method: 'PUT', header: 'x-amz-copy-source', action: copyObject },
  { level: 'object', method: 'PUT', action: putObject },
  { level: 'object', method: 'GET', action: getObject },
  { level: 'object', method: 'HEAD', action: getObject },
  { level: 'object', method: 'DELETE', action: deleteObject },
];

/**
 * Query parameters that make another action of a request, where no route above takes them: an access control list must
 * not be taken for the object. https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html
 */
const otherActions =
  /^(abac|accelerate|acl|analytics|attributes|cors|encryption|intelligent-tiering|inventory|legal-hold|lifecycle|logging|metadata.*|metrics|notification|object-lock|ownershipControls|policy|policyStatus|publicAccessBlock|renameObject|replication|requestPayment|restore|retention|select|session|tagging|torrent|versioning|versions|website)$/;

/** @throws NotImplemented for an action of S3 that is not here, MethodNotAllowed for what is none */
export function findAction(request: S3Request): S3Action {
  const { method, query } = request;
  const level: Level = request.bucket === '' ? 'service' : request.key === '' ? 'bucket' : 'object';
  const route = routes.find(
    (one) =>
      one.level === level &&
      one.method === method &&
      (one.query === undefined || query.has(one.query)) &&
      (one.header === undefined || header(request, one.header) !== undefined),
  );
  const other = [...query.keys()].find((name) => otherActions.test(name) && name !== route?.query);
  if (other !== undefined || (!route && level === 'bucket' && method === 'POST')) {
    const what = other === undefined ? 'a form upload' : `${method} ?${other}`;
    throw s3Error('NotImplemented', {}, `The local S3 does not have this action: ${what} on a ${level}.`);
  }
  if (!route) throw s3Error('MethodNotAllowed', { Method: method, ResourceType: level.toUpperCase() });
  return route.action;
}
