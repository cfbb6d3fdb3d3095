const mask = (1n << 48n) - 1n;
const multiplier = 0x5deece66dn;

/**
 * The number in [0, 1) that Step Functions gives for a seed: the first double of Java's `java.util.Random`, a linear congruential
 * generator of 48 bits whose constants the class documents (docs.oracle.com, java.util.Random, `next` and `nextDouble`).
 * That Step Functions uses it is seen from its answers: `$random(42)` is 0.7275636800328681.
 */
export function seededRandom(seed: number): number {
  let state = (BigInt(Math.trunc(seed)) ^ multiplier) & mask;
  const next = (bits: bigint): bigint => {
    state = (state * multiplier + 0xbn) & mask;
    return state >> (48n - bits);
  };
  const high = next(26n) << 27n;
  return Number(high + next(27n)) / 2 ** 53;
}
