import type { Branch } from '../branch.ts';
import type { NumberField } from '../definition/model.ts';
import { isExpression } from '../query/expression.ts';
import { outOfRange, unexpectedType } from '../query/queries.ts';

export interface Bounds {
  least: number;
  most: number;
  whole: boolean;
}

/** The longest that a state may wait or run, in seconds (state-wait.html, state-task.html). */
export const longest = 99_999_999;

/** A field that must be a number; literals were checked with the definition. */
export async function numberField(
  branch: Branch,
  field: string,
  value: NumberField | undefined,
  bounds: Bounds,
): Promise<number | undefined> {
  if (value === undefined || typeof value === 'number') return value;
  if (!isExpression(value)) throw branch.queryFailure(unexpectedType(value, field, 'number', value));
  const result = await branch.query(value, field);
  if (typeof result !== 'number') throw branch.queryFailure(unexpectedType(value, field, 'number', result));
  const { least, most, whole } = bounds;
  if (result < least || result > most || (whole && !Number.isInteger(result))) {
    const accepted = `${whole ? 'a whole number' : 'a number'} from ${least} to ${most}`;
    throw branch.queryFailure(outOfRange(value, field, accepted, result));
  }
  return result;
}
