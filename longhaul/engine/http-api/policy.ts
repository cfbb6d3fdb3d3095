/** What a Lambda authorizer may return: an IAM policy for this API, and what the integration is told. */
interface Statement {
  Effect?: unknown;
  Action?: unknown;
  Resource?: unknown;
}

/**
 * Whether an IAM policy lets a call through: some statement allows it and none denies it.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 *
 * @returns undefined for what is no policy
 */
export function allows(document: unknown, action: string, resource: string): boolean | undefined {
  const statements = (document as { Statement?: unknown } | null | undefined)?.Statement;
  if (typeof statements !== 'object' || statements === null) return undefined;
  const matching = [statements as Statement | Statement[]]
    .flat()
    .filter(({ Action, Resource }) => some(Action, action, true) && some(Resource, resource));
  return matching.some(({ Effect }) => Effect === 'Allow') && !matching.some(({ Effect }) => Effect === 'Deny');
}

function some(patterns: unknown, text: string, anyCase = false): boolean {
  return [patterns].flat().some((pattern) => {
    if (typeof pattern !== 'string') return false;
    // `*` any characters, `?` one
    const escaped = pattern
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${escaped}$`, anyCase ? 'is' : 's').test(text);
  });
}
