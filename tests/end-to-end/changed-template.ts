import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isMap, isScalar, parseDocument, visit } from 'yaml';
import { app, temporaryDirectory } from './engine.ts';

interface Changes {
  /** Parameters of blocks, by the block's logical id: `{ Queue: { MaxReceives: 2 } }`. */
  parameters?: Record<string, Record<string, string | number>>;
  /** More resources, as YAML. Locations are as in the root template. */
  resources?: string;
}

/**
 * The app's root template with changes, in a folder of its own. The templates that it nests are the app's.
 *
 * @param cleanUp - the test or suite after which it is gone
 * @returns its path
 */
export async function changedTemplate(
  { parameters = {}, resources = '' }: Changes,
  cleanUp?: (then: () => unknown) => void,
): Promise<string> {
  const template = parseDocument(readFileSync(path.join(app, 'template.yaml'), 'utf8'), { logLevel: 'silent' });
  for (const [block, given] of Object.entries(parameters)) {
    for (const [name, value] of Object.entries(given)) {
      template.setIn(['Resources', block, 'Properties', 'Parameters', name], value);
    }
  }
  const more = parseDocument(resources, { logLevel: 'silent' }).contents;
  if (isMap(more)) for (const resource of more.items) template.addIn(['Resources'], resource);
  visit(template, {
    Pair(_, { key, value }) {
      const isFile = isScalar(key) && (key.value === 'Location' || key.value === 'DefinitionUri');
      if (isFile && isScalar(value)) value.value = path.join(app, String(value.value));
    },
  });
  const file = path.join(await temporaryDirectory(cleanUp), 'template.yaml');
  writeFileSync(file, template.toString());
  return file;
}
