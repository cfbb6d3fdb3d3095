import type { Pair, YAMLMap, YAMLSeq } from 'yaml';
import { nameOf } from './app-template.ts';
import { endOfLine, insertion, removal, startOfLine, type TextEdit } from './text-edit.ts';

/** Adds a line to a section, behind the last entry of the same kind, else at the section's end. */
export function insertLine(text: string, section: YAMLMap, alike: (pair: Pair) => boolean, line: string): TextEdit {
  return insertion(lastOf(text, section, alike).end, `\n${line}`);
}

/** Adds an entry of several lines in the same way. A blank line parts it from the one before where those are parted so, too. */
export function insertBlock(text: string, section: YAMLMap, alike: (pair: Pair) => boolean, block: string): TextEdit {
  const { start, end } = lastOf(text, section, alike);
  const isParted = end >= text.trimEnd().length ? isBlankBefore(text, start) : text.startsWith('\n\n', end);
  return insertion(end, `\n${isParted ? '\n' : ''}${block}`);
}

/** As the last item of a list, in the list's own style. Further lines of the item are indented like the first. */
export function insertItem(text: string, list: YAMLSeq, item: string): TextEdit {
  const { end } = rangeOf(list.items.at(-1));
  if (list.flow) return insertion(end, `, ${item}`);
  const indent = list.srcToken?.type === 'block-seq' ? ' '.repeat(list.srcToken.indent) : '';
  return insertion(endOfLine(text, end), `\n${indent}- ${item.replaceAll('\n', `\n${indent}  `)}`);
}

/** Entries of a section: their lines, the comments inside them, and the blank line before them. */
export function removeFrom(text: string, section: YAMLMap | undefined, names: readonly string[]): TextEdit[] {
  const pairs = section?.items.filter((pair) => names.includes(nameOf(pair))) ?? [];
  return pairs.map((pair) => {
    const { start, end } = linesOf(text, pair);
    const blank = isBlankBefore(text, start) ? 1 : 0;
    // The last line of the file may have no line break.
    if (end === text.length) return removal(start - 1 - blank, end);
    if (end + 1 === text.length) return removal(start - blank, end + 1);
    return removal(start, text.startsWith('\n\n', end) ? end + 1 + blank : end + 1);
  });
}

/** The first item of a list that is meant. */
export function removeItem(text: string, list: YAMLSeq, isMeant: (item: unknown) => boolean): TextEdit[] {
  const index = list.items.findIndex(isMeant);
  if (index === -1) return [];
  const { start, end } = rangeOf(list.items[index]);
  const [before, after] = [list.items[index - 1], list.items[index + 1]];
  if (list.flow) {
    if (before) return [removal(rangeOf(before).end, end)];
    const comma = /^\s*,\s*/.exec(text.slice(end))?.[0] ?? '';
    return [removal(rangeOf(list).start + 1, end + comma.length)];
  }
  // The first item may share its line with the dash of a list around this one.
  const dash = (offset: number) => text.lastIndexOf('- ', offset);
  if (after) return [removal(dash(start), dash(rangeOf(after).start))];
  return [removal(startOfLine(text, dash(start)) - 1, endOfLine(text, end))];
}

/** The text of a node, without its tag. */
export function sourceOf(text: string, node: unknown): string {
  const { start, end } = rangeOf(node);
  return text.slice(start, end);
}

const isBlankBefore = (text: string, offset: number): boolean => text.slice(0, offset).endsWith('\n\n');

function lastOf(text: string, section: YAMLMap, alike: (pair: Pair) => boolean): { start: number; end: number } {
  const last = section.items.findLast(alike) ?? section.items.at(-1);
  if (last) return linesOf(text, last);
  const { start, end } = rangeOf(section);
  return { start, end: endOfLine(text, end) };
}

/** Where an entry's lines begin and end, with the comments that are indented deeper than its key; without the last line break. */
function linesOf(text: string, { key, value }: Pair): { start: number; end: number } {
  const offset = rangeOf(key).start;
  const start = startOfLine(text, offset);
  const end = endOfLine(text, rangeOf(value ?? key).end);
  const deeper = new RegExp(`^(?:\\n {${offset - start + 1},}#[^\\n]*)*`);
  return { start, end: end + deeper.exec(text.slice(end))![0].length };
}

function rangeOf(node: unknown): { start: number; end: number } {
  const [start, end] = (node as { range: [number, number, number] }).range;
  return { start, end };
}
