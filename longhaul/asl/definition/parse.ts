import { parseDocument } from 'yaml';
import { jsonataProblems } from './expressions.ts';
import type { Definition } from './model.ts';
import { refuse } from './problems.ts';
import { isFields, jsonPathProblems } from './query-language.ts';
import { referenceProblems } from './references.ts';
import { definitionSchema } from './schema.ts';

/**
 * Reads a state machine definition, in YAML or JSON (which is YAML too), and checks it as a whole.
 * Throws a `DefinitionError` with everything that is wrong.
 */
export function parseDefinition(text: string): Definition {
  const document = parseDocument(text);
  refuse(document.errors.map(({ message }) => `it cannot be read as YAML or JSON: ${message}`));
  const content: unknown = document.toJS();
  if (!isFields(content)) {
    refuse([`it must be an object with StartAt and States; it is ${JSON.stringify(content) ?? 'empty'}`]);
    throw new Error('unreachable');
  }
  refuse(jsonPathProblems(content));
  const checked = definitionSchema.safeParse(content);
  refuse(
    (checked.error?.issues ?? []).map((issue) => `${place(issue.path)}${message(issue.message, issue.path, content)}`),
  );
  const definition = content as unknown as Definition;
  refuse(referenceProblems(definition));
  refuse(jsonataProblems(definition));
  return definition;
}

/** `/States/Pick/Choices[1]/Next: ` */
function place(path: PropertyKey[]): string {
  const written = path.map((key) => (typeof key === 'number' ? `[${key}]` : `/${String(key)}`)).join('');
  return written === '' ? '' : `${written}: `;
}

function message(text: string, path: PropertyKey[], content: unknown): string {
  const seen = path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    content,
  );
  if (seen === undefined) return `${text} (it is missing)`;
  return typeof seen === 'object' ? text : `${text}; it is ${JSON.stringify(seen)}`;
}
