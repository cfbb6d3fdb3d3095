import { located, place, positionOf, TemplateError } from './template-error.ts';
import { languageExtensions } from './transforms.ts';
import { type Evaluated, isMap, isScalar, shown, type Value, type ValueMap } from './value.ts';

const loopPrefix = 'Fn::ForEach::';
const usage = `${loopPrefix}Name: [identifier, [value, …], { key with \${identifier}: … }]`;

/**
 * Replaces each `Fn::ForEach::Name` by what it stands for, once for every value of its collection.
 * `${Identifier}` becomes the value, `&{Identifier}` the value without what a logical id may not have.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html
 *
 * @param evaluate Resolves a collection: parameters and mappings are known by now, resources are not.
 */
export function expandLoops(template: ValueMap, transforms: string[], evaluate: (value: Value) => Evaluated): ValueMap {
  function expand(value: Value): Value {
    if (Array.isArray(value)) return place(value.map(expand), positionOf(value));
    if (!isMap(value)) return value;
    const result: ValueMap = {};
    for (const [key, inner] of Object.entries(value)) {
      const entries = key.startsWith(loopPrefix) ? located(value, () => loop(key, inner)) : { [key]: expand(inner) };
      const twice = Object.keys(entries).find((each) => each in result);
      if (twice) throw new TemplateError(`${key} makes ${twice} a second time`, positionOf(value));
      Object.assign(result, entries);
    }
    return place(result, positionOf(value));
  }

  function loop(name: string, argument: Value): ValueMap {
    if (!transforms.includes(languageExtensions)) {
      throw new TemplateError(`${name} needs "Transform: ${languageExtensions}" in the template`);
    }
    const [identifier, collection, body, ...others] = Array.isArray(argument) ? argument : [];
    if (typeof identifier !== 'string' || collection === undefined || !isMap(body) || others.length > 0) {
      throw new TemplateError(`${usage} is the form of ${name}`);
    }
    const values = evaluate(collection);
    if (!Array.isArray(values) || !values.every(isScalar)) {
      throw new TemplateError(`${name} goes over a list of texts, not over ${shown(values)}`);
    }
    const result: ValueMap = {};
    for (const value of values) {
      const copy = expand(withIdentifier(body, identifier, String(value))) as ValueMap;
      const twice = Object.keys(copy).find((key) => key in result);
      if (twice) throw new TemplateError(`${name} makes ${twice} twice: its keys need \${${identifier}}`);
      Object.assign(result, copy);
    }
    return result;
  }

  return expand(template) as ValueMap;
}

/** A copy with the identifier replaced in keys, in texts and in `Ref`. */
function withIdentifier(value: Value, identifier: string, replacement: string): Value {
  const inText = (text: string) =>
    text
      .replaceAll(`\${${identifier}}`, replacement)
      .replaceAll(`&{${identifier}}`, replacement.replaceAll(/[^A-Za-z0-9]/g, ''));
  const copy = (part: Value): Value => {
    if (typeof part === 'string') return inText(part);
    if (Array.isArray(part)) return place(part.map(copy), positionOf(part));
    if (!isMap(part)) return part;
    if (part.Ref === identifier && Object.keys(part).length === 1) return replacement;
    const entries = Object.entries(part).map(([key, inner]) => [inText(key), copy(inner)]);
    return place(Object.fromEntries(entries), positionOf(part));
  };
  return copy(value);
}
