import type { Evaluated, Value } from '../value.ts';

/** What the names in a template mean: all that an intrinsic function needs beside its argument. */
export interface Lookups {
  /** Value of a parameter, a pseudo parameter or a resource. */
  ref(name: string): Evaluated;
  getAtt(resource: string, attribute: string): Value;
  isTrue(condition: string): boolean;
  /** The `Mappings` section. */
  mappings: Value;
  region: string;
  /** Whether the template declares the transform `AWS::LanguageExtensions`. */
  languageExtensions: boolean;
  /** Whether this is the Conditions section, where `Fn::Equals` and its kind are allowed. */
  inConditions: boolean;
  /** The last word on a text that was put together: an API's address on AWS becomes the local one. */
  finished(text: string): string;
}

export interface Scope extends Lookups {
  evaluate(value: Value): Evaluated;
}

export type Intrinsic = (argument: Value, scope: Scope) => Evaluated;
