import { createRequire } from 'node:module';
import type { NormalizedSchema } from '@smithy/core/schema';
import type { ContentCache } from '../content-cache.ts';

/** Turns properties into the shape of that name. */
export type FromTemplate = <T>(shape: string, properties: unknown) => T;

/**
 * Properties of a CloudFormation resource as the shape of the service's API that they describe. CloudFormation writes
 * members in PascalCase (`EFSVolumeConfiguration` for `efsVolumeConfiguration`, so case says nothing) and passes numbers
 * and booleans as strings where they come from parameters. Properties that the API's shape does not have are left out.
 *
 * @param client the package of the SDK that has the shapes, such as `JobDefinition$` of `@aws-sdk/client-batch`
 */
export function fromTemplate(client: string, cache: ContentCache): FromTemplate {
  return <T>(shape: string, properties: unknown) => {
    const content = `${client} ${shape}\n${JSON.stringify(properties)}`;
    return cache.find<T>(content) ?? cache.keep(content, convert(schemaOf(client, shape), properties) as T);
  };
}

/** The SDK's clients are loaded only for what is not in the cache: 25 MB. */
function schemaOf(client: string, shape: string): NormalizedSchema {
  const require = createRequire(import.meta.url);
  const { NormalizedSchema } = require('@smithy/core/schema') as typeof import('@smithy/core/schema');
  return NormalizedSchema.of(require(client)[shape]);
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
