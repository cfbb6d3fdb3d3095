import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { Crc32cJs, Crc64NvmeJs } from '@aws-sdk/checksums/crc';

/** Those of S3's that can be verified here; it has XXHASH3, XXHASH64 and XXHASH128 too. https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html */
export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'MD5', 'SHA1', 'SHA256', 'SHA512'] as const;
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

export interface Checksum {
  algorithm: ChecksumAlgorithm;
  /** Base64; of a composite checksum with `-<number of parts>` behind it. */
  value: string;
  type: ChecksumType;
}

/** `x-amz-checksum-crc32` */
export const checksumHeader = (algorithm: ChecksumAlgorithm) => `x-amz-checksum-${algorithm.toLowerCase()}`;

/** The algorithm of that name in any case, or undefined. */
export function algorithmNamed(name: string | undefined): ChecksumAlgorithm | undefined {
  return checksumAlgorithms.find((algorithm) => algorithm === name?.toUpperCase());
}

export interface Digest {
  update(chunk: Uint8Array): void;
  digest(): Promise<Uint8Array>;
}

export function newDigest(algorithm: ChecksumAlgorithm): Digest {
  if (algorithm === 'CRC32') return new Crc32();
  if (algorithm === 'CRC32C') return new Crc32cJs();
  if (algorithm === 'CRC64NVME') return new Crc64NvmeJs();
  const hash = createHash(algorithm.toLowerCase());
  return { update: (chunk) => void hash.update(chunk), digest: async () => hash.digest() };
}

class Crc32 implements Digest {
  #value = 0;
  update(chunk: Uint8Array) {
    this.#value = crc32(chunk, this.#value);
  }
  async digest() {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(this.#value);
    return bytes;
  }
}

/**
 * The checksum of checksums: over the parts' own, in their binary form, with their number behind it.
 *
 * @param parts - base64
 */
export async function compositeChecksum(algorithm: ChecksumAlgorithm, parts: string[]): Promise<string> {
  const digest = newDigest(algorithm);
  for (const part of parts) digest.update(Buffer.from(part, 'base64'));
  return `${Buffer.from(await digest.digest()).toString('base64')}-${parts.length}`;
}
