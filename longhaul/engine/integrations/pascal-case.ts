import { NormalizedSchema } from '@smithy/core/schema';

/**
 * Step Functions writes every member of a service's API in PascalCase, also where the service writes camelCase; the keys
 * of maps (tags, parameters) are the user's and stay.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html
 *
 * The shapes are the SDK client's own schemas, such as `SubmitJobRequest$` of `@aws-sdk/client-batch`.
 */
export type Shape = Parameters<typeof NormalizedSchema.of>[0];

/** An argument that Step Functions refuses: a field that the API does not have, or a value of the wrong type. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
}

/**
 * Arguments as the service's own input.
 *
 * @throws ArgumentError, in Step Functions' words, for an unknown field or a value of the wrong type
 */
export function fromPascalCase(shape: Shape, value: unknown): unknown {
  return input(NormalizedSchema.of(shape), value, '');
}

/** A service's output as Step Functions shows it: times are milliseconds since the epoch, absent members stay absent. */
export function toPascalCase(shape: Shape, value: unknown): unknown {
  return output(NormalizedSchema.of(shape), value);
}

export function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function input(schema: NormalizedSchema, value: unknown, field: string): unknown {
  if (schema.isStructSchema()) {
    if (!isObject(value)) throw wrongType(field, 'an OBJECT');
    const members = new Map([...schema.structIterator()].map(([name, member]) => [pascal(name), { name, member }]));
    const entries = Object.entries(value).map(([key, inner]) => {
      const known = members.get(key);
      if (!known) throw new ArgumentError(`The field "${key}" is not supported by Step Functions`);
      return [known.name, input(known.member, inner, key)];
    });
    return Object.fromEntries(entries);
  }
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) throw wrongType(field, 'a LIST');
    return value.map((inner) => input(schema.getValueSchema(), inner, field));
  }
  if (schema.isMapSchema()) {
    if (!isObject(value)) throw wrongType(field, 'an OBJECT');
    const entries = Object.entries(value).map(([key, inner]) => [key, input(schema.getValueSchema(), inner, key)]);
    return Object.fromEntries(entries);
  }
  if (schema.isStringSchema() && typeof value !== 'string') throw wrongType(field, 'a STRING');
  if (schema.isNumericSchema() && typeof value !== 'number') throw wrongType(field, 'a NUMBER');
  if (schema.isBooleanSchema() && typeof value !== 'boolean') throw wrongType(field, 'a BOOLEAN');
  return value;
}

function output(schema: NormalizedSchema, value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  if (value instanceof Date) return value.getTime();
  if (schema.isListSchema()) return (value as unknown[]).map((inner) => output(schema.getValueSchema(), inner));
  if (!schema.isStructSchema() && !schema.isMapSchema()) return value;
  const entries = Object.entries(value).flatMap(([key, inner]) => {
    const member = schema.isStructSchema() ? memberOf(schema, key) : schema.getValueSchema();
    const shown = member ? output(member, inner) : inner;
    return shown === undefined ? [] : [[schema.isStructSchema() ? pascal(key) : key, shown]];
  });
  return Object.fromEntries(entries);
}

function memberOf(schema: NormalizedSchema, name: string): NormalizedSchema | undefined {
  for (const [known, member] of schema.structIterator()) if (known === name) return member;
  return undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function wrongType(field: string, type: string): ArgumentError {
  return new ArgumentError(`The value for the field '${field}' must be ${type}`);
}
