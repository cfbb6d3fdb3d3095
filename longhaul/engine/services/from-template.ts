import { NormalizedSchema } from '@smithy/core/schema';

/**
 * Properties of a CloudFormation resource as the shape of the service's API that they describe. CloudFormation writes
 * members in PascalCase (`EFSVolumeConfiguration` for `efsVolumeConfiguration`, so case says nothing) and passes numbers
 * and booleans as strings where they come from parameters. Properties that the API's shape does not have are left out.
 *
 * @param shape the SDK client's schema, such as `JobDefinition$` of `@aws-sdk/client-batch`
 */
export function fromTemplate<T>(shape: Parameters<typeof NormalizedSchema.of>[0], properties: unknown): T {
  return convert(NormalizedSchema.of(shape), properties) as T;
}

function convert(schema: NormalizedSchema, value: unknown): unknown {
  if (value === undefined || value === null) return undefined;
  if (schema.isStructSchema()) {
    const members = new Map(
      [...schema.structIterator()].map(([name, member]) => [name.toLowerCase(), { name, member }]),
    );
    const entries = Object.entries(value).flatMap(([key, inner]) => {
      const known = members.get(key.toLowerCase());
      return known ? [[known.name, convert(known.member, inner)]] : [];
    });
    return Object.fromEntries(entries);
  }
  if (schema.isListSchema()) return [value].flat().map((inner) => convert(schema.getValueSchema(), inner));
  if (schema.isMapSchema()) {
    const entries = Object.entries(value).map(([key, inner]) => [key, convert(schema.getValueSchema(), inner)]);
    return Object.fromEntries(entries);
  }
  if (schema.isNumericSchema()) return Number(value);
  if (schema.isBooleanSchema()) return value === true || value === 'true';
  if (schema.isStringSchema()) return String(value);
  return value;
}

/** CloudFormation's two ways to write tags, `[{ Key, Value }]` and a map, as a map. */
export function tagsFromTemplate(tags: unknown): Record<string, string> {
  if (!Array.isArray(tags)) return { ...(tags as Record<string, string> | undefined) };
  return Object.fromEntries(tags.map(({ Key, Value }) => [String(Key), String(Value)]));
}
