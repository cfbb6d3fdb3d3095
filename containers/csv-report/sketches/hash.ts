import xxhash from 'xxhash-wasm';

/** 64 bits of a text as two unsigned 32-bit halves: numbers, since a BigInt for every cell would cost more than the hash. */
export interface Hash {
  high(text: string): number;
  low(text: string): number;
}

const xx = await xxhash();

/** XXH32 with two fixed seeds. The seeds are part of the checkpoint format: other seeds would make restored sketches wrong. */
export const hash: Hash = {
  high: (text) => xx.h32(text, 0x9e3779b1),
  low: (text) => xx.h32(text, 0x85ebca77),
};
