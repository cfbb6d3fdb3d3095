import { TemplateError } from '../template-error.ts';
import { shown } from '../value.ts';
import { listOf, needLanguageExtensions, textOf, textsOf } from './arguments.ts';
import type { Intrinsic } from './scope.ts';

export const join: Intrinsic = (argument, scope) => {
  const [delimiter, values] = listOf(argument, 'Fn::Join [delimiter, [value, …]]', 2);
  if (typeof delimiter !== 'string') throw new TemplateError(`Fn::Join's delimiter is no text: ${shown(delimiter)}`);
  return scope.finished(textsOf(values!, 'What Fn::Join joins', scope).join(delimiter));
};

export const split: Intrinsic = (argument, scope) => {
  const [delimiter, source] = listOf(argument, 'Fn::Split [delimiter, text]', 2);
  if (typeof delimiter !== 'string' || delimiter === '') {
    throw new TemplateError(`Fn::Split's delimiter must be text of at least one character, not ${shown(delimiter)}`);
  }
  return textOf(source!, 'What Fn::Split splits', scope).split(delimiter);
};

export const base64: Intrinsic = (argument, scope) =>
  Buffer.from(textOf(argument, 'What Fn::Base64 encodes', scope), 'utf8').toString('base64');

/** Takes a map or a list. https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-ToJsonString.html */
export const toJsonString: Intrinsic = (argument, scope) => {
  needLanguageExtensions('Fn::ToJsonString', scope);
  const value = scope.evaluate(argument);
  if (typeof value !== 'object') throw new TemplateError(`Fn::ToJsonString takes a map or a list, not ${shown(value)}`);
  return JSON.stringify(value);
};
