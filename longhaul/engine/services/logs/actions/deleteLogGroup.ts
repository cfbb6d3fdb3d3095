import type { DeleteLogGroupCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { checkName, requireGroup } from '../errors.ts';
import type { LogStore } from '../log-store.ts';
import type { Subscriptions } from '../subscriptions.ts';

/** With its subscriptions. */
export function deleteLogGroup(store: LogStore, input: DeleteLogGroupCommandInput, subscriptions?: Subscriptions) {
  const group = requireGroup(store, { logGroupName: checkName('logGroupName', input.logGroupName) });
  for (const { name } of subscriptions?.of(group) ?? []) subscriptions?.remove(group, name);
  store.deleteGroup(group);
}
