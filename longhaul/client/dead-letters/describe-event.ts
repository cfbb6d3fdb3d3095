import { decodeS3Key, isS3EventBridgeEvent } from '../decode-s3.ts';

/** What an event of AWS says of where it came from and which one it is, for people to read. */
export function describeEvent(event: unknown): { source: string; identity: string } {
  const { Records } = (event ?? {}) as { Records?: unknown };
  if (!Array.isArray(Records) || Records.length === 0) return ofOne(event as Loose);
  const all = Records.map((record) => ofRecord((record ?? {}) as Loose));
  const { source, identity } = all[0]!;
  return { source, identity: all.length > 1 ? `${identity} and ${all.length - 1} more` : identity };
}

// biome-ignore lint/suspicious/noExplicitAny: whatever was delivered
type Loose = any;

function ofRecord(record: Loose): { source: string; identity: string } {
  const source = String(record.eventSource ?? record.EventSource ?? 'unknown');
  const { bucket, object } = record.s3 ?? {};
  const identity = object ? `s3://${bucket?.name}/${plainKey(object.key)}` : (record.Sns?.MessageId ?? record.eventID);
  return { source, identity: String(identity ?? 'unknown') };
}

function ofOne(event: Loose): { source: string; identity: string } {
  if (isS3EventBridgeEvent(event) && event.detail?.object) {
    const { bucket, object } = event.detail;
    return { source: 'aws.s3', identity: `s3://${bucket?.name}/${object.key}` };
  }
  if (event?.scheduleArn) return { source: String(event.scheduleArn), identity: String(event.scheduledTime) };
  return { source: String(event?.source ?? 'unknown'), identity: String(event?.id ?? 'unknown') };
}

/** The key without its URL-encoding; one that is not URL-encoded as it is. */
function plainKey(key: unknown): string {
  try {
    return decodeS3Key(String(key));
  } catch {
    return String(key);
  }
}
