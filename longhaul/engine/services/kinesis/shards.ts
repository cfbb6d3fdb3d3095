import { createHash } from 'node:crypto';

/** Hash keys are numbers of 128 bits. */
const HASH_KEYS = 2n ** 128n;

/** `shardId-000000000000` */
export const shardId = (index: number): string => `shardId-${String(index).padStart(12, '0')}`;

/** The hash keys of a shard, both ends included. Shards share them evenly. */
export function hashRange(index: number, count: number): { start: bigint; end: bigint } {
  const start = (HASH_KEYS * BigInt(index)) / BigInt(count);
  return { start, end: (HASH_KEYS * BigInt(index + 1)) / BigInt(count) - 1n };
}

/** The MD5 of a partition key as a number. https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html */
export function hashKey(partitionKey: string): bigint {
  return BigInt(`0x${createHash('md5').update(partitionKey).digest('hex')}`);
}

/** Which shard a hash key falls into; undefined for a number that is no hash key. */
export function shardOf(key: bigint, count: number): number | undefined {
  for (let index = 0; index < count; index++) {
    const { start, end } = hashRange(index, count);
    if (key >= start && key <= end) return index;
  }
  return undefined;
}

/** 56 digits, as AWS's have: a position behind fixed ones. */
export const sequenceNumber = (position: number): string => `4959${String(position).padStart(52, '0')}`;

/** The position in a sequence number; undefined for what is none of ours. */
export function positionOf(number: unknown): number | undefined {
  return /^4959\d{52}$/.test(String(number)) ? Number(String(number).slice(4)) : undefined;
}
