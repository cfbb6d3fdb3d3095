/** Replaces a piece of a text. Everything around it, with comments and layout, stays as it is. */
export interface TextEdit {
  /** Offsets in the text as it was before. Equal offsets insert. */
  from: number;
  to: number;
  text: string;
}

export const insertion = (at: number, text: string): TextEdit => ({ from: at, to: at, text });
export const removal = (from: number, to: number): TextEdit => ({ from, to, text: '' });

/** Applies edits that do not overlap. */
export function applyEdits(text: string, edits: readonly TextEdit[]): string {
  // From the back, so that each offset still counts.
  const ordered = edits.toSorted((one, other) => other.from - one.from);
  return ordered.reduce((all, { from, to, text }) => all.slice(0, from) + text + all.slice(to), text);
}

/** The end of the line of the last written character before `offset`, without its line break. */
export function endOfLine(text: string, offset: number): number {
  const written = text.slice(0, offset).trimEnd().length;
  const end = text.indexOf('\n', written);
  return end === -1 ? text.length : end;
}

/** Where the line that `offset` is in begins. */
export function startOfLine(text: string, offset: number): number {
  return text.lastIndexOf('\n', offset - 1) + 1;
}
