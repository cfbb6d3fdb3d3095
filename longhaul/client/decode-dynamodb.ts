import { unmarshall } from '@aws-sdk/util-dynamodb';
import { at, recordsOf, textOf } from './event-fields.ts';

/** A change of one item of a table. */
export interface ItemChange<Item = Record<string, unknown>> {
  kind: 'INSERT' | 'MODIFY' | 'REMOVE';
  keys: Record<string, unknown>;
  /** The item after the change, where the stream has it. */
  newImage?: Item;
  /** The item before. */
  oldImage?: Item;
  sequenceNumber: string;
  /** When, to the second or so: ISO 8601. */
  at: string | undefined;
}

/**
 * Reads an event of a table's stream, as the trigger `dynamodb` hands it to a job, into plain objects. Numbers that a double
 * cannot hold are given as text, sets as `Set`, binary as `Buffer`.
 * https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
 *
 * @example for (const { kind, newImage } of decodeDynamoDb<Order>(event)) …
 * @throws TypeError when it is not such an event; says what is wrong, without what it holds
 */
export function decodeDynamoDb<Item = Record<string, unknown>>(event: unknown): ItemChange<Item>[] {
  return recordsOf(event).map((record, index) => {
    const image = (name: string) => {
      const found = at(record, `dynamodb.${name}`);
      return found === undefined ? undefined : (plain(found) as Item);
    };
    const kind = textOf(record, 'eventName', index);
    if (!isKind(kind)) throw new TypeError(`'Records[${index}].eventName' must be INSERT, MODIFY or REMOVE`);
    const [newImage, oldImage] = [image('NewImage'), image('OldImage')];
    const created = at(record, 'dynamodb.ApproximateCreationDateTime');
    return {
      kind,
      keys: plain(at(record, 'dynamodb.Keys') ?? {}),
      ...(newImage && { newImage }),
      ...(oldImage && { oldImage }),
      sequenceNumber: textOf(record, 'dynamodb.SequenceNumber', index),
      at: typeof created === 'number' ? new Date(created * 1000).toISOString() : undefined,
    };
  });
}

const isKind = (kind: string): kind is ItemChange['kind'] => ['INSERT', 'MODIFY', 'REMOVE'].includes(kind);

const plain = (item: unknown): Record<string, unknown> =>
  unmarshall(withBytes(item) as Parameters<typeof unmarshall>[0], { wrapNumbers: exactNumber });

/** DynamoDB has 38 digits. */
function exactNumber(text: string): number | string {
  const number = Number(text);
  return Number.isInteger(number) && !Number.isSafeInteger(number) ? text : number;
}

/** An item as the SDK has it: in an event bytes are base64. Each value is an object with its type as the only name. */
function withBytes(item: unknown): Record<string, unknown> {
  const value = (attribute: Record<string, unknown>): unknown => {
    const [type, held] = Object.entries(attribute)[0] ?? [];
    if (type === 'B') return { B: Buffer.from(held as string, 'base64') };
    if (type === 'BS') return { BS: (held as string[]).map((bytes) => Buffer.from(bytes, 'base64')) };
    if (type === 'L') return { L: (held as Record<string, unknown>[]).map(value) };
    return type === 'M' ? { M: withBytes(held) } : attribute;
  };
  return Object.fromEntries(
    Object.entries(item as Record<string, Record<string, unknown>>).map(([name, held]) => [name, value(held)]),
  );
}
