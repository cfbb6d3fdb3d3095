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

/** Actions that the policies allow on a resource and none of these rights asks for, statement by statement. */
export function unused(policies: unknown, rights: Right[]): string[] {
  const isUsed = (action: string, resource: string) =>
    rights.some((right) => action === right.action && matches(resource, right.resource));
  return statements(policies).flatMap(({ statement: { Action, Resource } }) =>
    list(Action).filter((action) => !list(Resource).every((resource) => isUsed(action, resource))),
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
