export const LF = 10;
export const CR = 13;

/** The end of the first line at or after `from` (the index after its line end: LF, CR or CRLF), or −1 when none ends in `block`. */
export function lineEnd(block: Buffer, from: number): number {
  const lf = block.indexOf(LF, from);
  const cr = block.subarray(from, lf < 0 ? block.length : lf).indexOf(CR);
  if (cr < 0) return lf < 0 ? -1 : lf + 1;
  const next = from + cr + 1;
  return block[next] === LF ? next + 1 : next;
}

/** The index after the last line end; a CR as the last byte is left, since an LF may follow. 0 when there is none. */
export function lastLineEnd(block: Buffer): number {
  const lf = block.lastIndexOf(LF);
  const cr = block.subarray(lf + 1, -1).lastIndexOf(CR);
  return lf + 1 + cr + 1;
}

/** The line ends in `block[from, to)`. */
export function countLineEnds(block: Buffer, from: number, to: number): number {
  const part = block.subarray(from, to);
  let count = 0;
  for (let at = lineEnd(part, 0); at >= 0; at = lineEnd(part, at)) count++;
  return count;
}

/** The index of the first byte at or after `from` that is no line end: where the record after blank lines begins. */
export function skipLineEnds(block: Buffer, from: number): number {
  let at = from;
  while (block[at] === LF || block[at] === CR) at++;
  return at;
}
