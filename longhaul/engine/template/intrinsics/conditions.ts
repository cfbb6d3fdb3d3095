import { TemplateError } from '../template-error.ts';
import { type Evaluated, isMap, isScalar, shown, type Value } from '../value.ts';
import { listOf, presentValue, textOf } from './arguments.ts';
import type { Intrinsic, Scope } from './scope.ts';

/** CloudFormation compares text: the parameter "true" equals the YAML word true. */
export const equals: Intrinsic = (argument, scope) => {
  const [one, other] = listOf(argument, 'Fn::Equals [value, value]', 2).map((value) =>
    comparable(presentValue(scope.evaluate(value), 'What Fn::Equals compares')),
  );
  return one === other;
};

function comparable(value: Value): string {
  return JSON.stringify(value, (_, part) => {
    if (isScalar(part)) return String(part);
    if (!isMap(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

export const not: Intrinsic = (argument, scope) => {
  const [condition] = listOf(argument, 'Fn::Not [condition]', 1);
  return !truth(condition!, 'Fn::Not', scope);
};

/** Two to ten conditions: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-conditions.html */
export const and: Intrinsic = (argument, scope) =>
  listOf(argument, 'Fn::And [condition, …], two to ten of them,', 2, 10).every((each) => truth(each, 'Fn::And', scope));

export const or: Intrinsic = (argument, scope) =>
  listOf(argument, 'Fn::Or [condition, …], two to ten of them,', 2, 10).some((each) => truth(each, 'Fn::Or', scope));

export const condition: Intrinsic = (argument, scope) =>
  scope.isTrue(textOf(argument, 'The name in Condition', scope)) satisfies Evaluated;

function truth(value: Value, name: string, scope: Scope): boolean {
  const evaluated = scope.evaluate(value);
  if (typeof evaluated === 'boolean') return evaluated;
  throw new TemplateError(`${name} takes conditions, not ${shown(evaluated)}`);
}
