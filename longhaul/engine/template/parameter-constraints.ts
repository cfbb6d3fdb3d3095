import { TemplateError } from './template-error.ts';
import { isScalar, shown, type Value, type ValueMap } from './value.ts';

/**
 * Refuses a value that the parameter's declaration does not allow. Of a list each item is checked.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html#parameters-section-structure-properties
 */
export function checkConstraints(name: string, declaration: ValueMap, text: string, isNumber: boolean): void {
  const { AllowedValues, AllowedPattern, MinLength, MaxLength, MinValue, MaxValue, ConstraintDescription } =
    declaration;
  const refuse = (accepted: string): never => {
    const why = isScalar(ConstraintDescription) ? ` (${ConstraintDescription})` : '';
    throw new TemplateError(`parameter ${name} must be ${accepted}, not ${shown(text)}${why}`);
  };
  if (isNumber && (text.trim() === '' || !Number.isFinite(Number(text)))) refuse('a number');
  if (AllowedValues !== undefined) {
    const allowed = allowedTexts(name, AllowedValues);
    if (!allowed.includes(text)) refuse(`one of ${allowed.map((value) => shown(value)).join(', ')}`);
  }
  if (typeof AllowedPattern === 'string' && !new RegExp(`^(?:${AllowedPattern})$`).test(text)) {
    refuse(`text that matches ${AllowedPattern}`);
  }
  if (text.length < bound(name, 'MinLength', MinLength, 0)) refuse(`at least ${MinLength} characters long`);
  if (text.length > bound(name, 'MaxLength', MaxLength)) refuse(`at most ${MaxLength} characters long`);
  if (isNumber && Number(text) < bound(name, 'MinValue', MinValue, Number.NEGATIVE_INFINITY)) {
    refuse(`${MinValue} or more`);
  }
  if (isNumber && Number(text) > bound(name, 'MaxValue', MaxValue)) refuse(`${MaxValue} or less`);
}

function allowedTexts(name: string, allowed: Value): string[] {
  if (Array.isArray(allowed) && allowed.every(isScalar)) return allowed.map(String);
  throw new TemplateError(`AllowedValues of parameter ${name} must be a list of values, not ${shown(allowed)}`);
}

function bound(name: string, which: string, value: Value | undefined, none = Number.POSITIVE_INFINITY): number {
  if (value === undefined) return none;
  if (isScalar(value) && Number.isFinite(Number(value))) return Number(value);
  throw new TemplateError(`${which} of parameter ${name} must be a number, not ${shown(value)}`);
}
