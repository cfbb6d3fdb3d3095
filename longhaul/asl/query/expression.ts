import jsonata from 'jsonata';

/** `{%` at the very beginning and `%}` at the very end (transforming-data.html, "Writing JSONata expressions in JSON strings"). */
export function isExpression(text: string): boolean {
  return text.length >= 4 && text.startsWith('{%') && text.endsWith('%}');
}

/** The JSONata between the delimiters. */
export function jsonataOf(expression: string): string {
  return expression.slice(2, -2).trim();
}

/**
 * Bounds of one evaluation. Step Functions does not document them; these are what its answers show: 100 levels of evaluation and
 * 873,782 items of a sequence are accepted, one more is refused (measured with TestState, github.com/floci-io/floci issue 2737).
 * The time is ours, so that an endless loop fails the state and not the process.
 */
const bounds = { stack: 100, sequence: 873_782, timeout: 5_000 };

export function compile(expression: string): jsonata.Expression {
  return jsonata(jsonataOf(expression), bounds);
}

/** What makes an expression one that Step Functions would not accept. */
export function expressionProblems(expression: string): string[] {
  try {
    const text = jsonataOf(expression);
    return laterOperators(compile(expression).ast(), text).map(
      (operator) => `the operator ${operator} is not in JSONata 2.0.6, which Step Functions has; in ${text}`,
    );
  } catch (error) {
    const { message, position } = error as jsonata.JsonataError;
    return [`the JSONata cannot be parsed: ${message}${position === undefined ? '' : ` (at character ${position})`}`];
  }
}

/**
 * The package is newer than the 2.0.6 of Step Functions and knows `??` and `?:`. Both are parsed into a condition, whose position is
 * the one behind the operator.
 */
function laterOperators(node: unknown, text: string): string[] {
  if (typeof node !== 'object' || node === null) return [];
  const found = Object.values(node).flatMap((child) => laterOperators(child, text));
  const { type, position } = node as { type?: string; position?: number };
  if (type === 'condition' && position !== undefined) {
    const operator = text.slice(position - 2, position);
    if (operator === '??' || operator === '?:') found.push(operator);
  }
  return [...new Set(found)];
}
