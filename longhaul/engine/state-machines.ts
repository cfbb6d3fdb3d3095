import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { StateMachine } from './services/states/index.ts';
import type { Resource } from './template/index.ts';

/** The state machines of a stack, with their definitions as a deploy would upload them. */
export function stateMachinesOf(resources: Resource[]): StateMachine[] {
  return resources
    .filter(({ type }) => type === 'AWS::Serverless::StateMachine' || type === 'AWS::StepFunctions::StateMachine')
    .map((resource) => {
      const { text, creationDate } = definitionOf(resource);
      return {
        arn: resource.ref,
        name: resource.attributes.Name ?? resource.logicalId,
        roleArn: `arn:aws:iam::000000000000:role/${resource.logicalId}Role`,
        definition: substitute(text, resource),
        creationDate,
      };
    });
}

function definitionOf({ properties, templateFile, path: where }: Resource): { text: string; creationDate: number } {
  const inline = properties.Definition ?? properties.DefinitionString;
  if (inline !== undefined) {
    return {
      text: typeof inline === 'string' ? inline : JSON.stringify(inline),
      creationDate: statSync(templateFile).mtimeMs,
    };
  }
  if (typeof properties.DefinitionUri !== 'string') {
    throw new Error(
      `${where}: DefinitionUri must be the path of a local file; it is ${JSON.stringify(properties.DefinitionUri)}`,
    );
  }
  const file = path.resolve(path.dirname(templateFile), properties.DefinitionUri);
  return { text: readFileSync(file, 'utf8'), creationDate: statSync(file).mtimeMs };
}

/** CloudFormation replaces `${Name}` and leaves what is not in the map as it is (StateMachine, DefinitionSubstitutions). */
function substitute(text: string, { properties }: Resource): string {
  const substitutions: Record<string, unknown> = properties.DefinitionSubstitutions ?? {};
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => String(substitutions[name] ?? whole));
}
