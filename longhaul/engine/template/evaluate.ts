import { conditionFunctions, intrinsics } from './intrinsics/index.ts';
import type { Lookups, Scope } from './intrinsics/scope.ts';
import { located, TemplateError } from './template-error.ts';
import { type Evaluated, isMap, NO_VALUE, type Value, type ValueMap } from './value.ts';

/**
 * Makes the function that resolves the intrinsic functions in a value, with what the template's names mean.
 * A property or a list item that becomes `AWS::NoValue` is left out; only the value itself may be `NO_VALUE`.
 */
export function evaluator(lookups: Lookups): (value: Value) => Evaluated {
  const scope: Scope = { ...lookups, evaluate };
  const functions = lookups.inConditions ? { ...intrinsics, ...conditionFunctions } : intrinsics;

  function evaluate(value: Value): Evaluated {
    if (Array.isArray(value)) return value.map(evaluate).filter((item) => item !== NO_VALUE);
    if (!isMap(value)) return value;
    const name = functionName(value);
    if (name === undefined) return evaluateMap(value);
    return located(value, () => call(name, value));
  }

  function call(name: string, value: ValueMap): Evaluated {
    const others = Object.keys(value).filter((key) => key !== name);
    if (others.length > 0) {
      throw new TemplateError(`${name} must be the only key of its map; beside it there is ${others.join(', ')}`);
    }
    const intrinsic = functions[name];
    if (intrinsic) return intrinsic(value[name]!, scope);
    const known = Object.keys(functions).join(', ');
    throw new TemplateError(
      name in conditionFunctions
        ? `${name} stands in the Conditions section only; here use Fn::If with the name of a condition`
        : `${name} is not an intrinsic function; known: ${known}`,
    );
  }

  function evaluateMap(map: ValueMap): ValueMap {
    const result: ValueMap = {};
    for (const [key, value] of Object.entries(map)) {
      const evaluated = evaluate(value);
      if (evaluated !== NO_VALUE) result[key] = evaluated;
    }
    return result;
  }

  /** `Condition` is a function where conditions are declared; in an IAM statement it is a property like any other. */
  function functionName(map: ValueMap): string | undefined {
    const keys = Object.keys(map);
    if (lookups.inConditions && keys.length === 1 && keys[0] === 'Condition') return 'Condition';
    if (keys.length === 1 && keys[0] === 'Ref') return 'Ref';
    return keys.find((key) => key.startsWith('Fn::'));
  }

  return evaluate;
}
