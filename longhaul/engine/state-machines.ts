import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import type { ContentCache } from './content-cache.ts';
import type { StateMachine } from './services/states/index.ts';
import { type Resource, TemplateError } from './template/index.ts';

/**
 * The state machines of a stack, with their definitions as CloudFormation would upload them: in JSON, whatever the file is in.
 *
 * @param endpoint - the engine's own URL, `http://127.0.0.1:4566`
 * @throws TemplateError for a definition that is not there or not valid
 */
export function stateMachinesOf(resources: Resource[], endpoint: string, cache: ContentCache): Promise<StateMachine[]> {
  return Promise.all(
    resources
      .filter(({ type }) => type === 'AWS::Serverless::StateMachine' || type === 'AWS::StepFunctions::StateMachine')
      .map(async (resource) => {
        const { text, file } = definitionOf(resource);
        return {
          arn: resource.ref,
          name: resource.attributes.Name ?? resource.logicalId,
          roleArn: `arn:aws:iam::000000000000:role/${resource.logicalId}Role`,
          definition: await toJson(substitute(text, resource), file, resource, endpoint, cache),
          creationDate: statSync(file).mtimeMs,
        };
      }),
  );
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

/** Stands for the engine's own URL in what is cached, as the next start may have another port. There is no port 65536. */
const OWN_URL = 'http://127.0.0.1:65536/';

/** Checks a definition, unless the same one was checked before. */
async function toJson(text: string, file: string, { path: where }: Resource, endpoint: string, cache: ContentCache) {
  const cached = text.replaceAll(`${endpoint}/`, OWN_URL);
  const own = (result: string) => result.replaceAll(OWN_URL, `${endpoint}/`);
  const content = `state machine\n${cached}`;
  const known = cache.find<string>(content);
  if (known) return own(known);
  const { parseDefinition } = await import('../asl/index.ts');
  try {
    return own(cache.keep(content, JSON.stringify(parseDefinition(cached), null, 2)));
  } catch (error) {
    throw new TemplateError(own(`${where}: ${(error as Error).message}`), { file });
  }
}

/** CloudFormation replaces `${Name}` and leaves what is not in the map as it is (StateMachine, DefinitionSubstitutions). */
function substitute(text: string, { properties }: Resource): string {
  const substitutions: Record<string, unknown> = properties.DefinitionSubstitutions ?? {};
  return text.replace(/\$\{(\w+)\}/g, (whole, name: string) => String(substitutions[name] ?? whole));
}
