import { invalidPattern } from './invalid-pattern.ts';

/**
 * AWS measures complexity and documents no bound. Six stars are refused (recorded: localstack/localstack,
 * test_event_pattern[content_wildcard_complex_EXC], which counts stars as well).
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html#eb-filtering-wildcard-matching-complexity
 */
const MOST_STARS = 5;

/**
 * `*` stands for any characters, also none; `\*` and `\\` are the characters themselves. Found in one pass over the text.
 *
 * @throws ServiceError InvalidEventPatternException for `**`, for other escapes and for too many stars
 */
export function wildcard(pattern: string): (text: string) => boolean {
  const [first = '', ...rest] = literals(pattern);
  if (rest.length > MOST_STARS) {
    throw invalidPattern(
      'Rule is too complex - try using fewer wildcard characters or fewer repeating character sequences after a wildcard character',
    );
  }
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
      if (pattern[index + 1] === '*') throw invalidPattern(`Consecutive wildcard characters at pos ${index + 1}`);
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
