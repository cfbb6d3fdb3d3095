/** A piece of text that comes into another one. What is around it, with comments and layout, stays as it is. */
export interface Insertion {
  /** Offset in the text as it was before. */
  at: number;
  text: string;
}

export function insert(text: string, insertions: readonly Insertion[]): string {
  // From the back, so that each offset still counts.
  const ordered = insertions.toSorted((one, other) => other.at - one.at);
  return ordered.reduce((all, { at, text }) => all.slice(0, at) + text + all.slice(at), text);
}

/** The end of the line that `offset`, behind something written, is in: before its line break. Blank lines before the offset do not count. */
export function endOfLine(text: string, offset: number): number {
  const written = text.slice(0, offset).trimEnd().length;
  const end = text.indexOf('\n', written);
  return end === -1 ? text.length : end;
}
