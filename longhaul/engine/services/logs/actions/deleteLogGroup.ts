import type { DeleteLogGroupCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { checkName, requireGroup } from '../errors.ts';
import type { LogStore } from '../log-store.ts';

export function deleteLogGroup(store: LogStore, input: DeleteLogGroupCommandInput) {
  store.deleteGroup(requireGroup(store, { logGroupName: checkName('logGroupName', input.logGroupName) }));
}
