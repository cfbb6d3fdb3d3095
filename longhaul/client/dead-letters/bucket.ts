import { DeleteObjectCommand, GetObjectCommand, paginateListObjectsV2, type S3Client } from '@aws-sdk/client-s3';
import { parsedJson } from '../json.ts';
import { describeEvent } from './describe-event.ts';
import type { DeadLetter, Store } from './letter.ts';

/** All that Lambda writes into an on-failure bucket begins so (Lambda developer guide, "S3 destination"). */
const PREFIX = 'aws/lambda/';

/** Lambda's record of an invocation that failed: an asynchronous one has `requestPayload`, one of a stream `payload` as text. */
interface InvocationRecord {
  timestamp: string;
  requestContext: { functionArn: string; condition: string };
  requestPayload?: unknown;
  payload?: unknown;
  responsePayload?: { errorType?: string; errorMessage?: string } | null;
}

/** The letters of an on-failure bucket, in the order of their keys. What is no record of Lambda's is left alone. */
export function bucketStore(client: S3Client, Bucket: string): Store {
  return async function* letters() {
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix: PREFIX })) {
      for (const { Key } of Contents) {
        const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }));
        const letter = letterOf(Key!, (await Body?.transformToString()) ?? '');
        if (!letter) continue;
        const remove = async () => void (await client.send(new DeleteObjectCommand({ Bucket, Key })));
        yield { letter, remove };
      }
    }
  };
}

function letterOf(key: string, text: string): DeadLetter | undefined {
  const record = parsedJson(text) as InvocationRecord | undefined;
  if (typeof record?.requestContext?.functionArn !== 'string') return undefined;
  const { responsePayload, requestContext, timestamp } = record;
  const event = 'requestPayload' in record ? record.requestPayload : eventOf(record.payload);
  const { errorType = 'Error', errorMessage } = responsePayload ?? {};
  return {
    id: /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.exec(key)?.[0] ?? key,
    time: new Date(timestamp),
    reason: errorMessage === undefined ? requestContext.condition : `${errorType}: ${errorMessage}`,
    ...describeEvent(event),
    functionName: requestContext.functionArn.replace(/^.*:function:/, '').replace(/:.*$/, ''),
    event,
  };
}

const eventOf = (payload: unknown): unknown => (typeof payload === 'string' ? parsedJson(payload) : payload);
