import { at, parseJson, recordsOf, textOf } from './event-fields.ts';

/** A record of a Kinesis stream. */
export interface KinesisData {
  bytes: Buffer;
  /** The bytes as UTF-8. */
  text: string;
  /** @throws TypeError when it is no JSON */
  json<T = unknown>(): T;
  partitionKey: string;
  sequenceNumber: string;
  /** When the stream took it: ISO 8601. */
  at: string | undefined;
}

/**
 * Reads an event of a Kinesis stream, as the trigger `kinesis` hands it to a job: the data is base64.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 *
 * @example for (const record of decodeKinesis(event)) total += record.json<Order>().amount;
 * @throws TypeError when it is not such an event; says what is wrong, without what it holds
 */
export function decodeKinesis(event: unknown): KinesisData[] {
  return recordsOf(event).map((record, index) => {
    const bytes = Buffer.from(textOf(record, 'kinesis.data', index), 'base64');
    const sequenceNumber = textOf(record, 'kinesis.sequenceNumber', index);
    const arrived = at(record, 'kinesis.approximateArrivalTimestamp');
    const text = bytes.toString('utf8');
    return {
      bytes,
      text,
      json: <T>() => parseJson(text, `The data of record ${sequenceNumber}`) as T,
      partitionKey: textOf(record, 'kinesis.partitionKey', index),
      sequenceNumber,
      at: typeof arrived === 'number' ? new Date(arrived * 1000).toISOString() : undefined,
    };
  });
}
