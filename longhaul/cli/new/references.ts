import { isPair, isScalar, isSeq, type Scalar, visit } from 'yaml';
import type { AppTemplate } from './app-template.ts';
import type { TextEdit } from './text-edit.ts';

export interface Removed {
  /** Logical ids, parameters and conditions. */
  ids: readonly string[];
  /** A job that no block may name any more. */
  job?: string;
  edits: readonly TextEdit[];
}

/**
 * Checks that what stays in a template does not name what is removed.
 *
 * @throws Error with the lines that do
 */
export function refuseReferences({ document, lines }: AppTemplate, { ids, job, edits }: Removed): void {
  const found = new Set<string>();
  visit(document, {
    Scalar(key, node, path) {
      const offset = node.range![0];
      if (key === 'key' || edits.some(({ from, to }) => from <= offset && offset < to)) return;
      const around = path.at(-1);
      const name = path.findLast(isPair)?.key;
      const place = {
        tag: node.tag ?? (isSeq(around) ? around.tag : undefined),
        key: isScalar(name) ? name.value : undefined,
      };
      const named =
        place.key === 'Job' && node.value === job ? `Job: ${job}` : ids.find((id) => names(node, place, id));
      if (named) found.add(`line ${lines.linePos(offset).line}: ${named}`);
    },
  });
  if (found.size === 0) return;
  throw new Error(
    `template.yaml still names what is to be removed. Change these lines first:\n  ${[...found].join('\n  ')}`,
  );
}

/** Whether a scalar refers to a logical id, a parameter or a condition. */
function names({ value }: Scalar, { tag = '', key }: { tag: string | undefined; key: unknown }, id: string): boolean {
  if (typeof value !== 'string') return false;
  if (tag === '!Sub' && new RegExp(`\\$\\{${id}[.}]`).test(value)) return true;
  if (tag === '!GetAtt' || key === 'Fn::GetAtt') return value === id || value.startsWith(`${id}.`);
  const refers = ['!Ref', '!If', '!Condition'].includes(tag) || ['Ref', 'Condition', 'DependsOn'].includes(String(key));
  return refers && value === id;
}
