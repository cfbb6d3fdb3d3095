/** A value of a template. There is no null: CloudFormation refuses it ("'null' values are not allowed in templates"). */
export type Value = string | number | boolean | Value[] | ValueMap;
export interface ValueMap {
  [key: string]: Value;
}

/** `!Ref AWS::NoValue`: whatever holds it loses the property or the list item. */
export const NO_VALUE = Symbol('AWS::NoValue');
export type Evaluated = Value | typeof NO_VALUE;

export function isMap(value: unknown): value is ValueMap {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

/** A value as it is shown in an error: JSON, cut when it is long. */
export function shown(value: Evaluated | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === NO_VALUE) return 'AWS::NoValue';
  const text = JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}
