import type { Stack } from '../../longhaul/engine/template/index.ts';
import { list, type Statement, statements } from '../template/templates.ts';
import type { Right } from './recorder.ts';

/**
 * All policies of a role: written in it, attached by its `ManagedPolicyArns`, and those that name the role themselves
 * (`AWS::IAM::RolePolicy`, `AWS::IAM::Policy`, `AWS::IAM::ManagedPolicy`). Policies from outside the stack are not known.
 */
export function policiesOf({ resources }: Stack, rolePath: string): unknown[] {
  const role = resources.find(({ path, type }) => path === rolePath && type === 'AWS::IAM::Role');
  if (!role) throw new Error(`The stack has no role ${rolePath}`);
  const { Policies = [], ManagedPolicyArns = [] } = role.properties;
  const documents = resources.flatMap(({ type, ref, properties: { PolicyDocument, RoleName, Roles = [] } }) => {
    if (type === 'AWS::IAM::RolePolicy') return RoleName === role.ref ? [PolicyDocument] : [];
    if (type !== 'AWS::IAM::Policy' && type !== 'AWS::IAM::ManagedPolicy') return [];
    return Roles.includes(role.ref) || ManagedPolicyArns.includes(ref) ? [PolicyDocument] : [];
  });
  return [...Policies, ...documents];
}

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
