import { located, TemplateError } from './template-error.ts';
import { isMap, shown, type Value, type ValueMap } from './value.ts';

/** One entry of `Resources`, as it is written. */
export interface Declaration {
  type: string;
  properties: ValueMap;
  metadata: ValueMap;
  dependsOn: string[];
  condition: string | undefined;
  ignoreGlobals: Value | undefined;
  /** The whole entry: where errors about it point. */
  source: ValueMap;
}

export interface TemplateSections {
  mappings: ValueMap;
  conditions: ValueMap;
  globals: ValueMap | undefined;
  resources: Record<string, Declaration>;
  outputs: Record<string, ValueMap>;
}

/**
 * Sections of a template that SAM or CloudFormation knows. `Rules` are checked when AWS deploys; here they are ignored.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/template-anatomy.html
 */
const knownSections = [
  'AWSTemplateFormatVersion',
  'Description',
  'Metadata',
  'Parameters',
  'Rules',
  'Mappings',
  'Conditions',
  'Transform',
  'Globals',
  'Resources',
  'Outputs',
  'Hooks',
];

const resourceAttributes = [
  'Type',
  'Properties',
  'Metadata',
  'DependsOn',
  'Condition',
  'CreationPolicy',
  'DeletionPolicy',
  'UpdatePolicy',
  'UpdateReplacePolicy',
  'Connectors',
  'IgnoreGlobals',
];

/** Checks a template's outer shape and takes it apart. Loops (`Fn::ForEach`) are expanded by now. */
export function sectionsOf(template: ValueMap): TemplateSections {
  return located(template, () => {
    onlyKnown(template, knownSections, 'section of a template');
    if (!template.Resources) throw new TemplateError('the template has no Resources');
    return {
      mappings: section(template, 'Mappings'),
      conditions: section(template, 'Conditions'),
      globals: template.Globals === undefined ? undefined : section(template, 'Globals'),
      resources: mapValues(sectionOfMaps(template, 'Resources'), declaration),
      outputs: sectionOfMaps(template, 'Outputs'),
    };
  });
}

export function section(template: ValueMap, name: string): ValueMap {
  return located(template, () => mapOf(template[name] ?? {}, name));
}

/** `Parameters`, `Resources`, `Outputs`: each entry is a map. */
export function sectionOfMaps(template: ValueMap, name: string): Record<string, ValueMap> {
  const entries = section(template, name);
  return located(entries, () => mapValues(entries, (value, key) => mapOf(value, `${name}.${key}`)));
}

function declaration(source: ValueMap, name: string): Declaration {
  return located(source, () => {
    onlyKnown(source, resourceAttributes, `attribute of a resource (${name})`);
    const { Type: type, Condition: condition, DependsOn: dependsOn = [] } = source;
    if (typeof type !== 'string') throw new TemplateError(`${name} has no Type`);
    if (condition !== undefined && typeof condition !== 'string') {
      throw new TemplateError(`${name}'s Condition must be the name of a condition, not ${shown(condition)}`);
    }
    const names = [dependsOn].flat();
    if (!names.every((each) => typeof each === 'string')) {
      throw new TemplateError(`${name}'s DependsOn must be a name or a list of names, not ${shown(dependsOn)}`);
    }
    return {
      type,
      properties: mapOf(source.Properties ?? {}, `${name}.Properties`),
      metadata: mapOf(source.Metadata ?? {}, `${name}.Metadata`),
      dependsOn: names,
      condition,
      ignoreGlobals: source.IgnoreGlobals,
      source,
    };
  });
}

function onlyKnown(map: ValueMap, known: string[], what: string): void {
  const unknown = Object.keys(map).find((key) => !known.includes(key));
  if (unknown) throw new TemplateError(`${unknown} is no ${what}; known: ${known.join(', ')}`);
}

function mapOf(value: Value, name: string): ValueMap {
  if (!isMap(value)) throw new TemplateError(`${name} must be a map, not ${shown(value)}`);
  return value;
}

function mapValues<T, U>(record: Record<string, T>, change: (value: T, key: string) => U): Record<string, U> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value, key)]));
}
