import type { Lookups } from './intrinsics/scope.ts';
import { TemplateError } from './template-error.ts';
import type { Evaluated, Value } from './value.ts';

/** A resource as references see it. */
export interface Referable {
  type: string;
  ref: string;
  /** Undefined for a type that the engine does not know: it is taken to have whatever is asked for. */
  attributes: Record<string, Value> | undefined;
}

/** What the names in one template stand for. */
export interface Names {
  parameters: Record<string, Value>;
  pseudoParameters: Record<string, Evaluated>;
  resourceNames(): string[];
  /** Undefined when there is no resource of that name. */
  resource(name: string): Referable | undefined;
}

/** `Ref` and `Fn::GetAtt` in resources and outputs. */
export function referencesTo(names: Names): Pick<Lookups, 'ref' | 'getAtt'> {
  return {
    ref: (name) => parameterOf(names, name) ?? resourceOf(names, name).ref,
    getAtt(name, attribute) {
      const { type, ref, attributes } = resourceOf(names, name);
      if (!attributes) return `${ref}.${attribute}`;
      if (Object.hasOwn(attributes, attribute)) return attributes[attribute]!;
      const known = Object.keys(attributes).join(', ') || 'none';
      throw new TemplateError(`${name} (${type}) has no attribute ${attribute}; it has: ${known}`);
    },
  };
}

/** `Ref` in conditions, where there are no resources yet. */
export function parametersOnly(names: Pick<Names, 'parameters' | 'pseudoParameters'>): Pick<Lookups, 'ref' | 'getAtt'> {
  const declared = () => Object.keys(names.parameters).join(', ') || 'none';
  return {
    ref(name) {
      const value = parameterOf(names, name);
      if (value !== undefined) return value;
      throw new TemplateError(`only a parameter can be referred to here, and ${name} is none; declared: ${declared()}`);
    },
    getAtt(name, attribute) {
      throw new TemplateError(`only a parameter can be referred to here, not ${name}.${attribute}`);
    },
  };
}

function parameterOf({ parameters, pseudoParameters }: Pick<Names, 'parameters' | 'pseudoParameters'>, name: string) {
  if (Object.hasOwn(parameters, name)) return parameters[name];
  if (Object.hasOwn(pseudoParameters, name)) return pseudoParameters[name];
  if (!name.startsWith('AWS::')) return undefined;
  const known = Object.keys(pseudoParameters).join(', ');
  throw new TemplateError(`there is no pseudo parameter ${name}; known: ${known}`);
}

function resourceOf(names: Names, name: string): Referable {
  const resource = names.resource(name);
  if (resource) return resource;
  const parameters = Object.keys(names.parameters).join(', ') || 'none';
  throw new TemplateError(
    `there is no parameter or resource ${name}; parameters: ${parameters}; resources: ${names.resourceNames().join(', ')}`,
  );
}
