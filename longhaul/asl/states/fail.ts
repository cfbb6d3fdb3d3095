import type { Branch } from '../branch.ts';
import type { FailState } from '../definition/model.ts';
import { StateError } from '../host.ts';
import { unexpectedType } from '../query/queries.ts';

export async function fail(branch: Branch, state: FailState): Promise<never> {
  const error = await text(branch, 'Error', state.Error);
  const cause = await text(branch, 'Cause', state.Cause);
  throw new StateError(error, cause);
}

async function text(branch: Branch, field: string, template: string | undefined): Promise<string> {
  if (template === undefined) return '';
  const value = await branch.query(template, field);
  if (typeof value !== 'string') throw branch.queryFailure(unexpectedType(template, field, 'string', value));
  return value;
}
