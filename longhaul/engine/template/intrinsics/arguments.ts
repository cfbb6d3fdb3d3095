import { TemplateError } from '../template-error.ts';
import { languageExtensions } from '../transforms.ts';
import { type Evaluated, isScalar, NO_VALUE, shown, type Value } from '../value.ts';
import type { Scope } from './scope.ts';

/** The list that a function takes. `usage` is the form that is right: `Fn::Join [delimiter, [value, …]]`. */
export function listOf(argument: Value, usage: string, least: number, most = least): Value[] {
  if (Array.isArray(argument) && argument.length >= least && argument.length <= most) return argument;
  throw new TemplateError(`${usage} is the form; it was given ${shown(argument)}`);
}

/** Evaluates to text. Numbers and booleans become text, as in CloudFormation. */
export function textOf(value: Value, what: string, scope: Scope): string {
  const evaluated = scope.evaluate(value);
  if (isScalar(evaluated)) return String(evaluated);
  throw new TemplateError(`${what} must be text, not ${shown(evaluated)}`);
}

/** Evaluates to a list of texts. */
export function textsOf(value: Value, what: string, scope: Scope): string[] {
  return evaluatedList(value, what, scope).map((item) => {
    if (isScalar(item)) return String(item);
    throw new TemplateError(`${what} must be a list of texts; it holds ${shown(item)}`);
  });
}

export function evaluatedList(value: Value, what: string, scope: Scope): Value[] {
  const evaluated = scope.evaluate(value);
  if (Array.isArray(evaluated)) return evaluated;
  throw new TemplateError(`${what} must be a list, not ${shown(evaluated)}`);
}

/** Evaluates to a whole number within bounds; CloudFormation takes `"3"` for 3. */
export function wholeNumberOf(value: Value, what: string, scope: Scope, least: number, most: number): number {
  const evaluated = scope.evaluate(value);
  const number = typeof evaluated === 'string' && evaluated.trim() !== '' ? Number(evaluated) : evaluated;
  if (typeof number === 'number' && Number.isInteger(number) && number >= least && number <= most) return number;
  const range = most === Number.POSITIVE_INFINITY ? `${least} or more` : `from ${least} to ${most}`;
  throw new TemplateError(`${what} must be a whole number, ${range}, not ${shown(evaluated)}`);
}

export function presentValue(evaluated: Evaluated, what: string): Value {
  if (evaluated === NO_VALUE) throw new TemplateError(`${what} must not be AWS::NoValue`);
  return evaluated;
}

export function needLanguageExtensions(what: string, scope: Scope): void {
  if (scope.languageExtensions) return;
  throw new TemplateError(`${what} needs "Transform: ${languageExtensions}" in the template`);
}
