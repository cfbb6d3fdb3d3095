import { createRequire } from 'node:module';
import type { Change } from './changes.ts';
import type { Item } from './dynalite.ts';

const VIEW_TYPES = ['KEYS_ONLY', 'NEW_IMAGE', 'OLD_IMAGE', 'NEW_AND_OLD_IMAGES'] as const;
export type ViewType = (typeof VIEW_TYPES)[number];

export const isViewType = (text: unknown): text is ViewType => VIEW_TYPES.includes(text as ViewType);

/** A record as GetRecords gives it, before it has its sequence number. */
export interface StreamRecord {
  eventID: string;
  eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  eventVersion: '1.1';
  eventSource: 'aws:dynamodb';
  awsRegion: string;
  dynamodb: {
    /** Whole seconds since the epoch. */
    ApproximateCreationDateTime: number;
    Keys: Item;
    NewImage?: Item;
    OldImage?: Item;
    SizeBytes: number;
    StreamViewType: ViewType;
  };
}

/**
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_Record.html
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_streams_StreamRecord.html
 */
export function streamRecord(
  { id, time, oldImage, newImage }: Change,
  { viewType, keys }: { viewType: ViewType; keys: { AttributeName: string }[] },
): StreamRecord {
  const item = newImage ?? oldImage ?? {};
  const images = {
    Keys: Object.fromEntries(keys.map(({ AttributeName }) => [AttributeName, item[AttributeName] ?? {}])),
    ...(newImage && ['NEW_IMAGE', 'NEW_AND_OLD_IMAGES'].includes(viewType) && { NewImage: newImage }),
    ...(oldImage && ['OLD_IMAGE', 'NEW_AND_OLD_IMAGES'].includes(viewType) && { OldImage: oldImage }),
  };
  return {
    eventID: id,
    eventName: oldImage ? (newImage ? 'MODIFY' : 'REMOVE') : 'INSERT',
    eventVersion: '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: 'us-east-1',
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(time / 1000),
      ...images,
      SizeBytes: Object.values(images).reduce((sum, image) => sum + itemSize(image), 0),
      StreamViewType: viewType,
    },
  };
}

let sizeOf: ((item: Item) => number) | undefined;

/** Bytes of an item as DynamoDB counts them. */
function itemSize(item: Item): number {
  sizeOf ??= (createRequire(import.meta.url)('dynalite/db/index.js') as { itemSize(item: Item): number }).itemSize;
  return sizeOf(item);
}
