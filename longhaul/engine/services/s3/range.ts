/** Bytes from `start` to `end`, exclusive. */
export interface Span {
  start: number;
  end: number;
}

/**
 * What a Range header asks of an object of `size` bytes: undefined for the whole object (there is no such header, or not
 * one of exactly one byte range, which RFC 9110, section 14.2, has ignored), `'unsatisfiable'` when no byte is in it.
 */
export function parseRange(header: string | undefined, size: number): Span | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '');
  if (!match) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '') {
    if (last === '') return undefined;
    return Number(last) === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(size - Number(last), 0), end: size };
  }
  if (last !== '' && Number(last) < Number(first)) return undefined;
  if (Number(first) >= size) return 'unsatisfiable';
  return { start: Number(first), end: last === '' ? size : Math.min(Number(last) + 1, size) };
}
