import { checkConstraints, checkLength } from './parameter-constraints.ts';
import { located, TemplateError } from './template-error.ts';
import { isScalar, shown, type Value, type ValueMap } from './value.ts';

export interface ResolvedParameters {
  /** As they were given: lists are joined with commas. */
  texts: Record<string, string>;
  /** What `Ref` gives: text, or a list of texts. */
  values: Record<string, Value>;
  /** Names of the parameters whose value AWS would read from Parameter Store. */
  fromParameterStore: string[];
}

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/parameters-section-structure.html */
const acceptedTypes =
  'String, Number, List<Number>, CommaDelimitedList, AWS::…, List<AWS::…> and AWS::SSM::Parameter::Value<…>';

/**
 * Gives every declared parameter its value: the override, else its default.
 *
 * @param remedy Where values are given, for the error that asks for them.
 * @throws TemplateError naming all parameters without a value, an override that is not declared, a value that a
 *   constraint refuses.
 */
export function resolveParameters(
  declared: Record<string, ValueMap>,
  overrides: Record<string, string>,
  remedy: (missing: string[]) => string,
): ResolvedParameters {
  const names = Object.keys(declared);
  const unknown = Object.keys(overrides).filter((name) => !names.includes(name));
  if (unknown.length > 0) {
    throw new TemplateError(
      `there is no parameter ${unknown.join(', ')}; ${names.length ? `accepted: ${names.join(', ')}` : 'the template takes none'}`,
    );
  }
  const missing = names.filter((name) => overrides[name] === undefined && declared[name]!.Default === undefined);
  if (missing.length > 0) {
    const list = missing.map((name) => described(name, declared[name]!));
    throw new TemplateError(`these parameters need a value: ${list.join(', ')}. ${remedy(missing)}`);
  }
  const resolved: ResolvedParameters = { texts: {}, values: {}, fromParameterStore: [] };
  for (const [name, declaration] of Object.entries(declared)) {
    located(declaration, () => {
      const { isList, isNumber, fromParameterStore } = kindOf(name, declaration.Type);
      const text = overrides[name] ?? defaultText(name, declaration.Default);
      checkLength(name, text);
      const items = isList ? text.split(',').map((item) => item.trim()) : [text];
      for (const item of items) checkConstraints(name, declaration, item, isNumber);
      resolved.texts[name] = text;
      resolved.values[name] = isList ? items : text;
      if (fromParameterStore) resolved.fromParameterStore.push(name);
    });
  }
  return resolved;
}

function described(name: string, { Type, Description }: ValueMap): string {
  return isScalar(Description) ? `${name} (${Type}: ${Description})` : `${name} (${Type})`;
}

function defaultText(name: string, value: Value | undefined): string {
  if (isScalar(value)) return String(value);
  throw new TemplateError(`the Default of parameter ${name} must be text or a number, not ${shown(value)}`);
}

const plainType = /^(?:String|Number|List<Number>|CommaDelimitedList|AWS::[\w:]+|List<AWS::[\w:]+>)$/;
const storedType =
  /^AWS::SSM::Parameter::Value<(String|List<String>|CommaDelimitedList|AWS::[\w:]+|List<AWS::[\w:]+>)>$/;

function kindOf(name: string, type: Value | undefined) {
  const text = typeof type === 'string' ? type : '';
  const stored = storedType.exec(text)?.[1];
  if (!stored && !plainType.test(text)) {
    throw new TemplateError(`parameter ${name} has the type ${shown(type)}; accepted: ${acceptedTypes}`);
  }
  const valueType = stored ?? text;
  return {
    isList: valueType === 'CommaDelimitedList' || valueType.startsWith('List<'),
    isNumber: valueType === 'Number' || valueType === 'List<Number>',
    fromParameterStore: stored !== undefined,
  };
}
