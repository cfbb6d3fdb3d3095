import { TemplateError } from '../template-error.ts';
import { isMap, isScalar, shown, type Value, type ValueMap } from '../value.ts';
import { listOf, textOf } from './arguments.ts';
import type { Intrinsic, Scope } from './scope.ts';

export const ref: Intrinsic = (argument, scope) => scope.ref(textOf(argument, 'The name in Ref', scope));

const getAttUsage = 'Fn::GetAtt [resource, attribute] or resource.attribute';

export const getAtt: Intrinsic = (argument, scope) => {
  if (typeof argument === 'string') return getAttByPath(argument, scope);
  const [resource, attribute] = listOf(argument, getAttUsage, 2);
  return scope.getAtt(
    textOf(resource!, 'The resource in Fn::GetAtt', scope),
    textOf(attribute!, 'The attribute in Fn::GetAtt', scope),
  );
};

function getAttByPath(path: string, scope: Scope): Value {
  const dot = path.indexOf('.');
  if (dot < 1) throw new TemplateError(`${getAttUsage} is the form; it was given "${path}"`);
  return scope.getAtt(path.slice(0, dot), path.slice(dot + 1));
}

/** `${…}`, or `${!…}` for a literal `${…}`. */
const variable = /\$\{([^}]*)\}/g;
const subUsage = 'Fn::Sub text or [text, { name: value, … }]';

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-sub.html */
export const sub: Intrinsic = (argument, scope) => {
  const [text, values = {}] = typeof argument === 'string' ? [argument] : listOf(argument, subUsage, 2);
  if (typeof text !== 'string' || !isMap(values)) {
    throw new TemplateError(`${subUsage} is the form; it was given ${shown(argument)}`);
  }
  return scope.finished(text.replaceAll(variable, (_, inside: string) => substitute(inside, values, scope)));
};

function substitute(inside: string, values: ValueMap, scope: Scope): string {
  if (inside.startsWith('!')) return `\${${inside.slice(1)}}`;
  const name = inside.trim();
  if (!/^[A-Za-z0-9_.:]+$/.test(name)) {
    throw new TemplateError(
      `\${${inside}} in Fn::Sub: a name has letters, digits, "_", "." and ":" only. \${!${inside}} keeps it as it is`,
    );
  }
  const value = Object.hasOwn(values, name) ? scope.evaluate(values[name]!) : lookUp(name, scope);
  if (isScalar(value)) return String(value);
  throw new TemplateError(`\${${name}} in Fn::Sub must be text, not ${shown(value)}; Fn::Join makes text of a list`);
}

function lookUp(name: string, scope: Scope) {
  return name.includes('.') ? getAttByPath(name, scope) : scope.ref(name);
}

export const importValue: Intrinsic = (argument, scope) => {
  const name = textOf(argument, 'The name in Fn::ImportValue', scope);
  throw new TemplateError(
    `Fn::ImportValue "${name}": other stacks' exports are on AWS only. A parameter with a local value can stand for it`,
  );
};

export const transform: Intrinsic = (argument) => {
  const name = isMap(argument) ? shown(argument.Name) : shown(argument);
  throw new TemplateError(`Fn::Transform ${name}: macros run on AWS only`);
};
