import { TemplateError } from './template-error.ts';
import { isScalar, shown, type Value, type ValueMap } from './value.ts';

/**
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html ("Parameter value"). What CloudFormation
 * says: "Template format error: Parameter 'X' default value '…' length is greater than 4096."
 */
const MAXIMUM_BYTES = 4096;

/** Refuses a value that is longer than any parameter's may be; a list counts as a whole. */
export function checkLength(name: string, text: string): void {
  const bytes = Buffer.byteLength(text);
  if (bytes <= MAXIMUM_BYTES) return;
  throw new TemplateError(
    `parameter ${name} has a value of ${bytes} bytes; CloudFormation takes ${MAXIMUM_BYTES} at most`,
  );
}

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
