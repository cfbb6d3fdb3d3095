import {
  allows,
  type Principal,
  principalsOf,
  type Right,
  type Statement,
} from '../../longhaul/engine/rights/index.ts';
import type { Stack } from '../../longhaul/engine/template/index.ts';
import { list } from '../template/templates.ts';

/** What a function or a role may do, by its place in the template. */
export function principalOf({ resources }: Stack, path: string): Principal {
  const found = [...principalsOf(resources).values()].find((principal) => principal.path === path);
  if (!found) throw new Error(`The stack has no function and no role ${path} whose policies are known`);
  return found;
}

export const missing = ({ statements, boundary }: Principal, rights: Right[]): Right[] =>
  rights.filter((right) => !allows(statements, right) || (boundary && !allows(boundary, right)));

/** Actions that a principal may do on a resource and none of these rights asks for, statement by statement. */
export function unused({ statements }: Principal, rights: Right[]): string[] {
  const isUsed = (Action: string, Resource: string) => {
    const alone: Statement[] = [{ Effect: 'Allow', Action, Resource }];
    return rights.some((right) => right.action === Action && allows(alone, right));
  };
  return statements.flatMap(({ Action, Resource }) =>
    list(Action).filter((action) => !list(Resource).every((resource) => isUsed(action, resource))),
  );
}
