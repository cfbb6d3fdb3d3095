import type { ChecksumAlgorithm } from './checksum.ts';

/** Polynomials in reflected form, as the CRCs themselves work. */
const polynomials: Partial<Record<ChecksumAlgorithm, { width: bigint; polynomial: bigint }>> = {
  CRC32: { width: 32n, polynomial: 0xedb88320n },
  CRC32C: { width: 32n, polynomial: 0x82f63b78n },
  CRC64NVME: { width: 64n, polynomial: 0x9a6c9329ac4bc9b5n },
};

export const isCombinable = (algorithm: ChecksumAlgorithm) => algorithm in polynomials;

/**
 * The CRC of pieces put together, from the CRC and the length of each, without their bytes: appending n bytes
 * multiplies what was before by x^(8n) modulo the polynomial. (The all-ones start and end values cancel out.)
 *
 * @param pieces - `value` in base64, `size` in bytes
 * @returns base64
 */
export function combineCrcs(algorithm: ChecksumAlgorithm, pieces: { value: string; size: number }[]): string {
  const field = polynomials[algorithm];
  if (!field) throw new Error(`${algorithm} of a whole cannot be had from its parts`);
  const { width, polynomial } = field;
  let crc = 0n;
  for (const { value, size } of pieces) {
    const shifted = multiply(crc, power(8n * BigInt(size), width, polynomial), width, polynomial);
    crc = shifted ^ BigInt(`0x${Buffer.from(value, 'base64').toString('hex')}`);
  }
  const digits = Number(width) / 4;
  return Buffer.from(crc.toString(16).padStart(digits, '0'), 'hex').toString('base64');
}

/** x^exponent modulo the polynomial; in reflected form, 1 is the highest bit and x the one below. */
function power(exponent: bigint, width: bigint, polynomial: bigint): bigint {
  let result = 1n << (width - 1n);
  let square = 1n << (width - 2n);
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = multiply(result, square, width, polynomial);
    square = multiply(square, square, width, polynomial);
  }
  return result;
}

function multiply(a: bigint, b: bigint, width: bigint, polynomial: bigint): bigint {
  let product = 0n;
  let shifted = b;
  for (let bit = 1n << (width - 1n); bit > 0n; bit >>= 1n) {
    if (a & bit) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n;
  }
  return product;
}
