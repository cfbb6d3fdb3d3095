import type { Target } from './rule.ts';

/** "Up to five targets per rule" (EventBridge quotas). */
export const MOST_TARGETS = 5;

const PREDEFINED = ['rule-arn', 'rule-name', 'event', 'event.json', 'event.ingestion-time'];

/**
 * Why EventBridge refuses a target, in its words; undefined when it takes it. Recorded: localstack/localstack,
 * test_put_target_id_validation, test_put_event_input_path_and_input_transformer, …_input_transformer_missing_keys.
 *
 * @param place - of the target in the request, from 1
 */
export function targetProblem({ Id, Input, InputPath, InputTransformer }: Target, place: number): string | undefined {
  if (!/^[.\-_A-Za-z0-9]+$/.test(Id)) {
    return idProblem(Id, place, 'Member must satisfy regular expression pattern: [\\.\\-_A-Za-z0-9]+');
  }
  if (Id.length > 64) return idProblem(Id, place, 'Member must have length less than or equal to 64');
  if ([Input, InputPath, InputTransformer].filter((one) => one !== undefined).length > 1) {
    return `Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`;
  }
  const unknown = InputTransformer && unknownPlaceholder(InputTransformer);
  return unknown && `InputTemplate for target ${Id} contains invalid placeholder ${unknown}.`;
}

function idProblem(id: string, place: number, constraint: string): string {
  return `1 validation error detected: Value '${id}' at 'targets.${place}.member.id' failed to satisfy constraint: ${constraint}`;
}

/** `<name>` in a template that is neither in its map nor one that EventBridge defines. */
function unknownPlaceholder({
  InputPathsMap = {},
  InputTemplate,
}: NonNullable<Target['InputTransformer']>): string | undefined {
  const names = [...InputTemplate.matchAll(PLACEHOLDER)].map(([, name]) => name!);
  return names.find(
    (name) => !Object.hasOwn(InputPathsMap, name) && !PREDEFINED.some((known) => name === `aws.events.${known}`),
  );
}

const PLACEHOLDER = /<([A-Za-z0-9._-]+)>/g;
