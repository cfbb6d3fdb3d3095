import { dirname, resolve } from 'node:path';
import type { Deployment } from './model.ts';
import type { Identified } from './physical-ids/identity.ts';
import { generatedName } from './physical-ids/names.ts';
import { TemplateError } from './template-error.ts';
import { isMap, isScalar, shown, type Value } from './value.ts';

/** Where a nested stack's template is, by the type of the resource that nests it. */
const locationProperty: Record<string, string> = {
  'AWS::CloudFormation::Stack': 'TemplateURL',
  'AWS::Serverless::Application': 'Location',
};

export function isNestedStack(type: string): boolean {
  return type in locationProperty;
}

/** Absolute path of the nested template; undefined when it is not a file: a URL, or an application of AWS's repository. */
export function nestedTemplateFile(
  { logicalId, type, properties }: Identified,
  parentFile: string,
): string | undefined {
  const property = locationProperty[type] ?? '';
  const location = properties[property];
  if (isMap(location)) return undefined;
  if (typeof location !== 'string' || location === '') {
    throw new TemplateError(`${property} of ${logicalId} must be the path of a template, not ${shown(location)}`);
  }
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(location) ? undefined : resolve(dirname(parentFile), location);
}

/**
 * Where a nested stack is deployed: its name is made of its parent's name and its logical id, its parameters are what the
 * parent passes. A list is joined with commas.
 */
export function nestedDeployment({ logicalId, properties }: Identified, parent: Deployment): Deployment {
  const given = properties.Parameters ?? {};
  if (!isMap(given)) throw new TemplateError(`Parameters of ${logicalId} must be a map, not ${shown(given)}`);
  const parameters = Object.entries(given).map(([name, value]) => [name, parameterText(`${logicalId}.${name}`, value)]);
  // A stack's name has at most 128 characters.
  return {
    ...parent,
    stackName: generatedName(parent.stackName, logicalId, 128),
    parameters: Object.fromEntries(parameters),
  };
}

function parameterText(name: string, value: Value): string {
  const items = Array.isArray(value) ? value : [value];
  if (items.every(isScalar)) return items.map(String).join(',');
  throw new TemplateError(`parameter ${name} must be text or a list of texts, not ${shown(value)}`);
}
