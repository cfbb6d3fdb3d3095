import type { Deployment, Resource, Stack } from './model.ts';
import { isNestedStack, nestedDeployment, nestedTemplateFile } from './nested.ts';
import type { Identified, PhysicalId } from './physical-ids/identity.ts';
import { physicalId } from './physical-ids/index.ts';
import { generatedName } from './physical-ids/names.ts';
import { stackId } from './pseudo-parameters.ts';
import type { Referable } from './references.ts';
import type { Declaration } from './sections.ts';
import type { Loading, StackSource } from './stack.ts';
import { located, shownPath, TemplateError } from './template-error.ts';
import { type Evaluated, isMap, type Value, type ValueMap } from './value.ts';

interface GraphInput {
  declared: Record<string, Declaration>;
  /** Resources that exist only for whoever refers to them. */
  companions: Record<string, Declaration>;
  isPresent(declaration: Declaration): boolean;
  evaluate(value: Value): Evaluated;
  source: StackSource;
  deployment: Deployment;
  loading: Loading;
  resolveNested(source: StackSource, deployment: Deployment, loading: Loading): Stack;
}

/**
 * The resources of one template. Each is resolved when something first refers to it, which puts dependencies first in the
 * result and makes a circle the attempt to resolve what is being resolved.
 */
export class ResourceGraph {
  readonly #input: GraphInput;
  /** Of the stacks nested in this one and in those, by their paths from the root. */
  readonly nestedOutputs: Stack['nested'] = {};
  readonly #done = new Map<string, Referable>();
  /** What is being resolved, outermost first: the thing that refers is the last. */
  readonly #pending: string[] = [];
  readonly #resources: Resource[] = [];
  /** Resolved when all resources are. */
  readonly #later: (() => void)[] = [];

  constructor(input: GraphInput) {
    this.#input = input;
  }

  /** All resources whose condition is met, with those of nested stacks. */
  resolveAll(): Resource[] {
    for (const [name, declaration] of Object.entries(this.#input.declared)) {
      if (this.#input.isPresent(declaration)) this.resource(name);
    }
    for (const resolve of this.#later) resolve();
    return this.#resources;
  }

  /** Runs `work` for something that is no resource but refers to some, such as an output. */
  within<T>(subject: string, work: () => T): T {
    this.#pending.push(subject);
    try {
      return work();
    } finally {
      this.#pending.pop();
    }
  }

  /** @throws TemplateError when the resource is absent by its condition, or refers to itself by way of others. */
  resource(name: string): Referable | undefined {
    const known = this.#done.get(name);
    if (known) return known;
    const { declared, companions } = this.#input;
    const declaration = declared[name] ?? companions[name];
    if (!declaration) return undefined;
    if (this.#pending.includes(name)) {
      const circle = [...this.#pending.slice(this.#pending.indexOf(name)), name];
      throw new TemplateError(`resources refer to each other in a circle: ${circle.join(' → ')}`);
    }
    if (!this.#input.isPresent(declaration)) {
      const subject = this.#pending.at(-1);
      throw new TemplateError(
        `${subject} refers to ${name}, which is not there: its condition ${declaration.condition} is false`,
      );
    }
    const resolved = this.within(name, () => located(declaration.source, () => this.#resolve(name, declaration)));
    this.#done.set(name, resolved);
    return resolved;
  }

  #resolve(name: string, declaration: Declaration): Referable {
    const { declared, source } = this.#input;
    const { type } = declaration;
    for (const dependency of declaration.dependsOn) {
      if (this.resource(dependency)) continue;
      const known = Object.keys(declared).join(', ');
      throw new TemplateError(`${name} depends on ${dependency}, which is no resource; resources: ${known}`);
    }
    const { now, later } = withoutEvents(declaration);
    const identified = { logicalId: name, type, properties: this.#evaluateMap(now) };
    const metadata = this.#evaluateMap(declaration.metadata);
    if (JSON.stringify(identified.properties).includes('{{resolve:')) {
      this.#warn(name, 'a dynamic reference ({{resolve:…}}) is resolved on AWS only; here it stays as it is');
    }
    const identity = this.#identify(identified);
    const ref = identity?.ref ?? generatedName(this.#input.deployment.stackName, name);
    const attributes = identity?.attributes;
    if (name in declared) {
      const resource = {
        logicalId: name,
        path: source.prefix + name,
        type,
        properties: identified.properties,
        metadata,
      };
      this.#resources.push({ ...resource, ref, attributes: texts(attributes ?? {}), templateFile: source.file });
      this.#later.push(() => {
        Object.assign(
          identified.properties,
          this.within(name, () => this.#evaluateMap(later)),
        );
      });
    }
    return { type, ref, attributes };
  }

  #identify(resource: Identified): PhysicalId | undefined {
    const { deployment, loading } = this.#input;
    if (isNestedStack(resource.type)) return this.#nestedStack(resource);
    const identity = physicalId(resource, deployment);
    if (!identity) {
      const message = `${resource.type} is a type that the engine does not have: it is left out, and references to it are placeholders`;
      this.#warn(resource.logicalId, message);
    }
    if (identity?.attributes.ApiEndpoint !== undefined) loading.apiIds.add(identity.ref);
    return identity;
  }

  #nestedStack(resource: Identified): PhysicalId | undefined {
    const { deployment, loading, source, resolveNested } = this.#input;
    const { logicalId } = resource;
    const file = nestedTemplateFile(resource, source.file);
    if (file === undefined) {
      this.#warn(logicalId, 'its template is not a local file: it is left out, and references to it are placeholders');
      return undefined;
    }
    const nested = nestedDeployment(resource, deployment);
    const path = source.prefix + logicalId;
    const stack = resolveNested(
      {
        file,
        prefix: `${path}/`,
        around: [...source.around, source.file],
        remedy: () => `Parameters of ${logicalId} in ${shownPath(source.file)} give them`,
      },
      nested,
      loading,
    );
    this.#resources.push(...stack.resources);
    Object.assign(this.nestedOutputs, { [path]: stack.outputs }, stack.nested);
    const attributes = Object.entries(stack.outputs).map(([name, value]) => [`Outputs.${name}`, value]);
    return { ref: stackId(nested), attributes: Object.fromEntries(attributes) };
  }

  #warn(name: string, message: string): void {
    this.#input.loading.warnings.push({ path: this.#input.source.prefix + name, message });
  }

  #evaluateMap(map: ValueMap): ValueMap {
    const value = this.#input.evaluate(map);
    return isMap(value) ? value : {};
  }
}

/**
 * `Events` of a function or a state machine become resources of their own on AWS, which refer to both sides: what they name
 * is no dependency of the function. An authorizer's API may refer to the function, and the function's event to the API.
 */
function withoutEvents({ type, properties }: Declaration): { now: ValueMap; later: ValueMap } {
  const { Events, ...now } = properties;
  const isSource = type === 'AWS::Serverless::Function' || type === 'AWS::Serverless::StateMachine';
  return Events !== undefined && isSource ? { now, later: { Events } } : { now: properties, later: {} };
}

function texts(attributes: Record<string, Value>): Record<string, string> {
  return Object.fromEntries(Object.entries(attributes).map(([name, value]) => [name, String(value)]));
}
