/** Lines of a value that a person reads through; the rest is where the artifacts are. */
const MOST_LINES = 12;
const LONGEST_TEXT = 100;
const MOST_MEMBERS = 3;

/** A value in a few lines: long texts, lists and deep objects are cut, with what is left out in words. */
export function jsonInShort(value: unknown): string {
  const whole = JSON.stringify(value);
  if (whole.length <= 60) return whole;
  const lines = JSON.stringify(shortened(value, 0), null, 2)
    .replace(/"(\{\d+ members\}|\[\d+ values\])"/g, '$1')
    .split('\n');
  if (lines.length <= MOST_LINES) return lines.join('\n');
  return [...lines.slice(0, MOST_LINES), `… ${lines.length - MOST_LINES} more lines: --json, or result.json`].join(
    '\n',
  );
}

function shortened(value: unknown, depth: number): unknown {
  if (typeof value === 'string' && value.length > LONGEST_TEXT) return `${value.slice(0, LONGEST_TEXT)}…`;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    if (depth >= 1 || value.length > MOST_MEMBERS) return value.length === 0 ? [] : `[${value.length} values]`;
    return value.map((member) => shortened(member, depth + 1));
  }
  const members = Object.entries(value);
  if (depth >= 1 && members.length > MOST_MEMBERS) return `{${members.length} members}`;
  return Object.fromEntries(members.map(([name, member]) => [name, shortened(member, depth + 1)]));
}
