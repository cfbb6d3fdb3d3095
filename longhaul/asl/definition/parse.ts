import { parseDocument } from 'yaml';
import type { z } from 'zod';
import { jsonataProblems } from './expressions.ts';
import type { Definition } from './model.ts';
import { DefinitionError, refuse } from './problems.ts';
import { isFields, jsonPathProblems } from './query-language.ts';
import { referenceProblems } from './references.ts';
import { definitionSchema, fieldsOf } from './schema.ts';

/**
 * Reads a state machine definition, in YAML or JSON (which is YAML too), and checks it as a whole.
 * Throws a `DefinitionError` with everything that is wrong.
 */
export function parseDefinition(text: string): Definition {
  const document = parseDocument(text);
  refuse(document.errors.map(({ message }) => `it cannot be read as YAML or JSON: ${message}`));
  const content: unknown = document.toJS();
  if (!isFields(content)) {
    throw new DefinitionError([
      `it must be an object with StartAt and States; it is ${JSON.stringify(content) ?? 'empty'}`,
    ]);
  }
  refuse(jsonPathProblems(content));
  const checked = definitionSchema.safeParse(content);
  refuse((checked.error?.issues ?? []).map((issue) => `${place(issue.path)}${said(issue, content)}`));
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

function said(issue: z.core.$ZodIssue, content: unknown): string {
  const seen = issue.path.reduce<unknown>(
    (value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key],
    content,
  );
  if (issue.code === 'unrecognized_keys') {
    const accepted = issue.path.at(-2) === 'States' ? fieldsOf((seen as { Type?: unknown }).Type) : [];
    const rest = accepted.length > 0 ? `; it may have ${accepted.join(', ')}` : '';
    return `${issue.keys.map((key) => JSON.stringify(key)).join(', ')} is no field here${rest}`;
  }
  if (seen === undefined) return `${issue.message} (it is missing)`;
  return typeof seen === 'object' ? issue.message : `${issue.message}; it is ${JSON.stringify(seen)}`;
}
