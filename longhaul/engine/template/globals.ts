import { supportedGlobals } from './globals-properties.ts';
import type { Declaration } from './sections.ts';
import { located, TemplateError } from './template-error.ts';
import { isMap, shown, type Value, type ValueMap } from './value.ts';

/**
 * Gives each resource the properties that `Globals` has for its type. The resource's own win; lists are appended to the
 * global ones, maps merged, and an intrinsic function is one value, whatever it would become.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-specification-template-anatomy-globals.html
 */
export function applyGlobals(
  globals: ValueMap | undefined,
  resources: Record<string, Declaration>,
): Record<string, Declaration> {
  if (!globals) return resources;
  located(globals, () => checkGlobals(globals));
  return Object.fromEntries(
    Object.entries(resources).map(([name, resource]) => {
      const [, section] = /^AWS::Serverless::(\w+)$/.exec(resource.type) ?? [];
      const properties = section === undefined ? undefined : globals[section];
      if (!isMap(properties)) return [name, resource];
      const wanted = located(resource.source, () => withoutIgnored(properties, resource.ignoreGlobals, name));
      return [name, { ...resource, properties: merged(wanted, resource.properties) as ValueMap }];
    }),
  );
}

function checkGlobals(globals: ValueMap): void {
  for (const [section, properties] of Object.entries(globals)) {
    const supported = supportedGlobals[section];
    if (!supported) {
      throw new TemplateError(
        `Globals.${section} is not supported; known: ${Object.keys(supportedGlobals).join(', ')}`,
      );
    }
    if (!isMap(properties)) throw new TemplateError(`Globals.${section} must be a map, not ${shown(properties)}`);
    const unknown = Object.keys(properties).find((key) => !supported.includes(key));
    if (unknown) {
      throw new TemplateError(`Globals.${section}.${unknown} is not supported; known: ${supported.join(', ')}`);
    }
  }
}

/** `IgnoreGlobals: "*"`, or a list of properties that are not taken from `Globals`. */
function withoutIgnored(properties: ValueMap, ignored: Value | undefined, name: string): ValueMap {
  if (ignored === undefined) return properties;
  if (ignored === '*') return {};
  if (Array.isArray(ignored) && ignored.every((key) => typeof key === 'string' && key in properties)) {
    return Object.fromEntries(Object.entries(properties).filter(([key]) => !ignored.includes(key)));
  }
  throw new TemplateError(
    `IgnoreGlobals of ${name} must be "*" or a list of these: ${Object.keys(properties).join(', ')}; it is ${shown(ignored)}`,
  );
}

function merged(globalValue: Value, localValue: Value): Value {
  if (Array.isArray(globalValue) && Array.isArray(localValue)) return [...globalValue, ...localValue];
  if (!isPlainMap(globalValue) || !isPlainMap(localValue)) return localValue;
  const result = { ...globalValue };
  for (const [key, value] of Object.entries(localValue)) {
    const inherited = result[key];
    result[key] = inherited === undefined ? value : merged(inherited, value);
  }
  return result;
}

function isPlainMap(value: Value): value is ValueMap {
  if (!isMap(value)) return false;
  const [key = '', ...others] = Object.keys(value);
  return !(others.length === 0 && (key === 'Ref' || key === 'Condition' || key.startsWith('Fn::')));
}
