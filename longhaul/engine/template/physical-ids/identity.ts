import type { Deployment } from '../model.ts';
import { TemplateError } from '../template-error.ts';
import { isScalar, shown, type Value, type ValueMap } from '../value.ts';
import { generatedName } from './names.ts';

/** A resource whose properties are resolved and whose physical id is wanted. */
export interface Identified {
  logicalId: string;
  type: string;
  properties: ValueMap;
}

/** What `Ref` and `Fn::GetAtt` give. */
export interface PhysicalId {
  ref: string;
  attributes: Record<string, Value>;
}

export type Identify = (resource: Identified, deployment: Deployment) => PhysicalId;

/** By resource type. */
export type IdentityTable = Record<string, Identify>;

/** The property as text, undefined when it is not there. */
export function text({ logicalId, properties }: Identified, property: string): string | undefined {
  const value = properties[property];
  if (value === undefined) return undefined;
  if (isScalar(value)) return String(value);
  throw new TemplateError(`${property} of ${logicalId} must be text, not ${shown(value)}`);
}

/** The resource's own name, or the one that CloudFormation would make, at most `longest` characters. */
export function nameOf(resource: Identified, deployment: Deployment, property: string, longest: number): string {
  return text(resource, property) ?? generatedName(deployment.stackName, resource.logicalId, longest);
}

/** What makes an id of this resource differ from those of all others. */
export function seedOf({ logicalId, type }: Identified, { stackName }: Deployment): string {
  return `${stackName}/${logicalId}/${type}`;
}

/** The last part of an ARN or a plain name. */
export function lastPart(nameOrArn: string): string {
  return nameOrArn.slice(nameOrArn.lastIndexOf(nameOrArn.includes('/') ? '/' : ':') + 1);
}

/** For types whose `Ref` and only attribute are a generated id: policies, associations, rules inside other things. */
export function plainId(attribute?: string): Identify {
  return ({ logicalId }, { stackName }) => {
    const ref = generatedName(stackName, logicalId);
    return { ref, attributes: attribute ? { [attribute]: ref } : {} };
  };
}
