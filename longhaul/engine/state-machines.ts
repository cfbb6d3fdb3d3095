import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { parseDefinition } from '../asl/index.ts';
import type { StateMachine } from './services/states/index.ts';
import { type Resource, TemplateError } from './template/index.ts';

/**
 * The state machines of a stack, with their definitions as CloudFormation would upload them: in JSON, whatever the file is in.
 *
 * @throws TemplateError for a definition that is not there or not valid
 */
export function stateMachinesOf(resources: Resource[]): StateMachine[] {
  return resources
    .filter(({ type }) => type === 'AWS::Serverless::StateMachine' || type === 'AWS::StepFunctions::StateMachine')
    .map((resource) => {
      const { text, file } = definitionOf(resource);
      return {
        arn: resource.ref,
        name: resource.attributes.Name ?? resource.logicalId,
        roleArn: `arn:aws:iam::000000000000:role/${resource.logicalId}Role`,
        definition: toJson(substitute(text, resource), file, resource),
        creationDate: statSync(file).mtimeMs,
      };
    });
}

function definitionOf({ properties, templateFile, path: where }: Resource): { text: string; file: string } {
  const inline = properties.Definition ?? properties.DefinitionString;
  if (inline !== undefined) {
    return { text: typeof inline === 'string' ? inline : JSON.stringify(inline), file: templateFile };
  }
  const uri: unknown = properties.DefinitionUri;
  if (typeof uri !== 'string') {
    const seen = uri === undefined ? 'missing' : JSON.stringify(uri);
    throw new TemplateError(`${where}: DefinitionUri must be the path of a local file; it is ${seen}`, {
      file: templateFile,
    });
  }
  const file = path.resolve(path.dirname(templateFile), uri);
  try {
    return { text: readFileSync(file, 'utf8'), file };
  } catch (error) {
    throw new TemplateError(`the definition of ${where} cannot be read: ${(error as Error).message}`, { file });
  }
}

function toJson(text: string, file: string, { path: where }: Resource): string {
  try {
    return JSON.stringify(parseDefinition(text), null, 2);
  } catch (error) {
    throw new TemplateError(`${where}: ${(error as Error).message}`, { file });
  }
}

/** CloudFormation replaces `${Name}` and leaves what is not in the map as it is (StateMachine, DefinitionSubstitutions). */
function substitute(text: string, { properties }: Resource): string {
  const substitutions: Record<string, unknown> = properties.DefinitionSubstitutions ?? {};
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => String(substitutions[name] ?? whole));
}
