import { list, type Statement, statements } from '../template/templates.ts';
import type { Right } from './recorder.ts';

/** Whether a role with these policies may do it. Conditions are not looked at. */
export function allows(policies: unknown, { action, resource }: Right): boolean {
  return statements(policies).some(
    ({ statement }) =>
      statement.Effect === 'Allow' &&
      covers(statement, action) &&
      list(statement.Resource).some((one) => matches(one, resource)),
  );
}

const covers = ({ Action, NotAction }: Statement, action: string): boolean =>
  NotAction === undefined
    ? list(Action).some((one) => matches(one, action))
    : !list(NotAction).some((one) => matches(one, action));

/** Actions that the policies allow and none of these rights asks for, statement by statement. */
export function unused(policies: unknown, rights: Right[]): string[] {
  const uses = ({ Resource }: Statement, action: string) =>
    rights.some((right) => action === right.action && list(Resource).some((one) => matches(one, right.resource)));
  return statements(policies).flatMap(({ statement }) =>
    list(statement.Action).filter((action) => !uses(statement, action)),
  );
}

/** IAM's wildcards: `*` for any number of characters, `?` for one. */
function matches(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`).test(text);
}
