import type { TemplateWarning } from './model.ts';
import { positionOf, TemplateError } from './template-error.ts';
import { isMap, shown, type ValueMap } from './value.ts';

/** Adds Fn::Length, Fn::ToJsonString, Fn::ForEach and the default value of Fn::FindInMap. */
export const languageExtensions = 'AWS::LanguageExtensions';

/** The transforms that the engine does itself. Any other is a macro, which AWS runs when a stack is deployed. */
const understood = ['AWS::Serverless-2016-10-31', languageExtensions];

/** Names in the template's `Transform`, and a warning for each that is not done here. */
export function transformsOf(template: ValueMap, path: string): { names: string[]; warnings: TemplateWarning[] } {
  const names = [template.Transform ?? []].flat().map((entry) => {
    const name = isMap(entry) ? entry.Name : entry;
    if (typeof name !== 'string') {
      throw new TemplateError(`Transform takes names of macros, not ${shown(entry)}`, positionOf(template));
    }
    return name;
  });
  const warnings = names
    .filter((name) => !understood.includes(name))
    .map((name) => ({ path, message: `the macro ${name} runs on AWS only; the template is taken as it stands` }));
  return { names, warnings };
}
