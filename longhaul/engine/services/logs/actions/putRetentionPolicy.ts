import type { PutRetentionPolicyCommandInput } from '@aws-sdk/client-cloudwatch-logs';
import { checkName, invalid, requireGroup } from '../errors.ts';
import type { LogStore } from '../log-store.ts';

/** https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html */
const days = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653];

export function putRetentionPolicy(store: LogStore, input: PutRetentionPolicyCommandInput) {
  const group = requireGroup(store, { logGroupName: checkName('logGroupName', input.logGroupName) });
  const { retentionInDays } = input;
  if (retentionInDays === undefined || !days.includes(retentionInDays)) {
    throw invalid(`retentionInDays is ${retentionInDays}; it must be one of ${days.join(', ')}.`);
  }
  store.setRetention(group, retentionInDays);
}
