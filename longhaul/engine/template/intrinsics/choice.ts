import { TemplateError } from '../template-error.ts';
import { type Evaluated, isMap, shown, type Value } from '../value.ts';
import { evaluatedList, listOf, needLanguageExtensions, textOf, wholeNumberOf } from './arguments.ts';
import type { Intrinsic, Scope } from './scope.ts';

/** Only the branch that is taken is looked at: the other may refer to what is not there. */
export const ifElse: Intrinsic = (argument, scope) => {
  const [condition, yes, no] = listOf(argument, 'Fn::If [condition name, value if true, value if false]', 3);
  if (typeof condition !== 'string') {
    throw new TemplateError(`Fn::If takes the name of a condition first, not ${shown(condition)}`);
  }
  return scope.evaluate(scope.isTrue(condition) ? yes! : no!);
};

export const select: Intrinsic = (argument, scope) => {
  const [index, values] = listOf(argument, 'Fn::Select [index, [value, …]]', 2);
  const at = wholeNumberOf(index!, "Fn::Select's index", scope, 0, Number.POSITIVE_INFINITY);
  const list = evaluatedList(values!, 'What Fn::Select selects from', scope);
  const value = list[at];
  if (value === undefined) {
    throw new TemplateError(`Fn::Select cannot select nonexistent value at index ${at} of ${shown(list)}`);
  }
  return value;
};

export const length: Intrinsic = (argument, scope) => {
  needLanguageExtensions('Fn::Length', scope);
  return evaluatedList(argument, 'What Fn::Length counts', scope).length;
};

export const findInMap: Intrinsic = (argument, scope) => {
  const [map, top, second, options] = listOf(
    argument,
    'Fn::FindInMap [map, top-level key, second-level key, { DefaultValue: value }?]',
    3,
    4,
  );
  const fallback = defaultValue(options, scope);
  const path: string[] = [];
  let found: Value = scope.mappings;
  for (const part of [map!, top!, second!]) {
    const key = textOf(part, 'A key in Fn::FindInMap', scope);
    const keys = isMap(found) ? Object.keys(found) : [];
    if (!isMap(found) || !keys.includes(key)) {
      if (fallback !== undefined) return scope.evaluate(fallback);
      const where = ['Mappings', ...path].join('.');
      throw new TemplateError(`Fn::FindInMap: ${where} has no "${key}"; it has ${keys.join(', ') || 'nothing'}`);
    }
    found = found[key]!;
    path.push(key);
  }
  return found satisfies Evaluated;
};

function defaultValue(options: Value | undefined, scope: Scope): Value | undefined {
  if (options === undefined) return undefined;
  needLanguageExtensions('DefaultValue of Fn::FindInMap', scope);
  if (isMap(options) && Object.keys(options).join() === 'DefaultValue') return options.DefaultValue;
  throw new TemplateError(`Fn::FindInMap takes { DefaultValue: … } as its fourth argument, not ${shown(options)}`);
}

/**
 * Three zones, as most regions have; an account on AWS sees those where it has default subnets.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-getavailabilityzones.html
 */
export const getAZs: Intrinsic = (argument, scope) => {
  const region = textOf(argument, 'The region in Fn::GetAZs', scope) || scope.region;
  return ['a', 'b', 'c'].map((zone) => `${region}${zone}`);
};
