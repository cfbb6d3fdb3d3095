import type { Catcher } from './definition/model.ts';
import type { StateError } from './host.ts';
import { ResultTooLarge } from './limits.ts';

/**
 * Whether an `ErrorEquals` matches an error (concepts-error-handling.html, "Error names"):
 * - `States.Runtime` is never matched: it "isn't retriable and will always cause the execution to fail";
 * - `States.ALL` matches every error but that one and `States.DataLimitExceeded`;
 * - `States.TaskFailed` matches every error but `States.Timeout`;
 * - `States.Timeout` stands for a missed heartbeat too, which also has the name of its own `States.HeartbeatTimeout`.
 */
export function matches(errorEquals: string[], error: string): boolean {
  if (error === 'States.Runtime') return false;
  return errorEquals.some((name) => {
    if (name === error) return true;
    if (name === 'States.ALL') return error !== 'States.DataLimitExceeded';
    if (name === 'States.TaskFailed') return error !== 'States.Timeout';
    return name === 'States.Timeout' && error === 'States.HeartbeatTimeout';
  });
}

/**
 * The first catcher that matches, with its place in `Catch`. `States.ALL` also catches that a task's result is too large, against
 * the page above (recorded: localstack/localstack, test_service_task_lambada_catch_state_all_data_limit_exceeded…).
 */
export function findCatcher(
  catchers: Catcher[] | undefined,
  failure: StateError,
): { catcher: Catcher; index: number } | undefined {
  const index =
    catchers?.findIndex(
      ({ ErrorEquals }) =>
        matches(ErrorEquals, failure.error) ||
        (failure instanceof ResultTooLarge && ErrorEquals.includes('States.ALL')),
    ) ?? -1;
  const catcher = catchers?.[index];
  return catcher && { catcher, index };
}
