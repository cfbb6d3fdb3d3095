import type { Right } from './right.ts';

/** A statement of an IAM policy, its intrinsic functions resolved. */
export interface Statement {
  Effect: string;
  Action?: string | string[];
  NotAction?: string | string[];
  Resource?: string | string[];
  NotResource?: string | string[];
  Condition?: Record<string, Record<string, unknown>>;
}

/**
 * Whether IAM would allow it: a statement allows it and none denies it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */
export function allows(statements: Statement[], right: Right): boolean {
  const fitting = statements.filter((statement) => covers(statement, right));
  if (fitting.some((statement) => statement.Effect === 'Deny' && holds(statement, right) === true)) return false;
  // A condition on a key that the request does not show is taken to hold: a warning must be right.
  return fitting.some((statement) => statement.Effect === 'Allow' && holds(statement, right) !== false);
}

function covers({ Action, NotAction, Resource, NotResource }: Statement, { action, resource }: Right): boolean {
  const isAction = (pattern: string) => matches(pattern.toLowerCase(), action.toLowerCase());
  const isResource = (pattern: string) => matches(pattern, resource);
  return (
    (NotAction === undefined ? list(Action).some(isAction) : !list(NotAction).some(isAction)) &&
    (NotResource === undefined ? list(Resource).some(isResource) : !list(NotResource).some(isResource))
  );
}

/** Whether all conditions hold; undefined when that depends on something that is not known here. */
function holds({ Condition = {} }: Statement, { context = {} }: Right): boolean | undefined {
  const known: Record<string, string> = { ...EVERYWHERE, ...context };
  const results = Object.entries(Condition).flatMap(([operator, keys]) =>
    Object.entries(keys).map(([key, values]) => {
      const value = Object.entries(known).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
      const test = OPERATORS[operator.replace(/IfExists$/, '')];
      return value === undefined || !test ? undefined : test(list(values), value);
    }),
  );
  if (results.includes(false)) return false;
  return results.includes(undefined) ? undefined : true;
}

/** Of every request to the engine. It has no TLS; in AWS the SDKs use nothing else. */
const EVERYWHERE: Record<string, string> = {
  'aws:PrincipalAccount': '000000000000',
  'aws:RequestedRegion': 'us-east-1',
  'aws:ResourceAccount': '000000000000',
  'aws:SecureTransport': 'true',
};

type Test = (wanted: string[], value: string) => boolean;
const equals: Test = (wanted, value) => wanted.includes(value);
const like: Test = (wanted, value) => wanted.some((pattern) => matches(pattern, value));
const not =
  (test: Test): Test =>
  (wanted, value) =>
    !test(wanted, value);

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html */
const OPERATORS: Record<string, Test> = {
  StringEquals: equals,
  StringNotEquals: not(equals),
  StringLike: like,
  StringNotLike: not(like),
  ArnEquals: like,
  ArnLike: like,
  ArnNotEquals: not(like),
  ArnNotLike: not(like),
  Bool: equals,
};

const list = (value: unknown): string[] => (value === undefined ? [] : [value].flat().map(String));

/** IAM's wildcards: `*` for any number of characters, `?` for one. */
function matches(pattern: string, text: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${expression}$`, 's').test(text);
}
