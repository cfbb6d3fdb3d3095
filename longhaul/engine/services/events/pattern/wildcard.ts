import { invalidPattern } from './invalid-pattern.ts';

/**
 * `*` stands for any characters, also none; `\*` and `\\` are the characters themselves. Found in one pass over the text,
 * whatever the number of stars.
 *
 * @throws ServiceError InvalidEventPatternException for `**` and for other escapes
 */
export function wildcard(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = literals(pattern);
  const last = rest.pop();
  if (last === undefined) return (text) => text === first;
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
    const end = text.length - last.length;
    let at = first.length;
    for (const literal of rest) {
      const found = text.indexOf(literal, at);
      if (found < 0) return false;
      at = found + literal.length;
    }
    return at <= end;
  };
}

/** What stands between the stars. */
function literals(pattern: string): string[] {
  const parts: string[] = [];
  let part = '';
  for (let index = 0; index < pattern.length; index += 1) {
    const character = pattern[index]!;
    if (character === '*') {
      if (pattern[index + 1] === '*') throw invalidPattern(`Consecutive wildcard characters at pos ${index}`);
      parts.push(part);
      part = '';
      continue;
    }
    if (character === '\\') {
      index += 1;
      if (pattern[index] !== '*' && pattern[index] !== '\\') {
        throw invalidPattern(`Invalid escape character at pos ${index - 1}`);
      }
    }
    part += pattern[index];
  }
  return [...parts, part];
}
