import { located, positionOf, TemplateError } from './template-error.ts';
import { type Evaluated, shown, type Value, type ValueMap } from './value.ts';

/**
 * The `Conditions` section, evaluated when asked for: a condition may refer to others, in any order.
 *
 * @throws TemplateError for a condition that is not declared, one that refers to itself, one that is not a truth value.
 */
export class Conditions {
  readonly #declared: ValueMap;
  readonly #evaluate: (value: Value) => Evaluated;
  readonly #known = new Map<string, boolean>();
  readonly #pending: string[] = [];

  constructor(declared: ValueMap, evaluate: (value: Value) => Evaluated) {
    this.#declared = declared;
    this.#evaluate = evaluate;
  }

  names(): string[] {
    return Object.keys(this.#declared);
  }

  isTrue(name: string): boolean {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const declared = Object.hasOwn(this.#declared, name) ? this.#declared[name] : undefined;
    if (declared === undefined) {
      throw new TemplateError(`there is no condition ${name}; declared: ${this.names().join(', ') || 'none'}`);
    }
    if (this.#pending.includes(name)) {
      const circle = [...this.#pending.slice(this.#pending.indexOf(name)), name];
      throw new TemplateError(`conditions refer to each other in a circle: ${circle.join(' → ')}`);
    }
    this.#pending.push(name);
    const value = located(declared, () => this.#evaluate(declared));
    this.#pending.pop();
    if (typeof value !== 'boolean') {
      throw new TemplateError(`condition ${name} must be true or false, not ${shown(value)}`, positionOf(declared));
    }
    this.#known.set(name, value);
    return value;
  }
}
