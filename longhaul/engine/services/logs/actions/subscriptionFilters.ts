import type {
  DeleteSubscriptionFilterCommandInput,
  DescribeSubscriptionFiltersCommandInput,
  DescribeSubscriptionFiltersCommandOutput,
  PutSubscriptionFilterCommandInput,
} from '@aws-sdk/client-cloudwatch-logs';
import { ServiceError } from '../../../endpoint/service.ts';
import { checkLimit, checkName, invalid, requireGroup } from '../errors.ts';
import type { LogStore } from '../log-store.ts';
import { page } from '../paging.ts';
import type { Subscriptions } from '../subscriptions.ts';

export function putSubscriptionFilter(
  store: LogStore,
  subscriptions: Subscriptions,
  { logGroupName, filterName: name = '', filterPattern = '', destinationArn = '' }: PutSubscriptionFilterCommandInput,
) {
  const group = requireGroup(store, { logGroupName: checkName('logGroupName', logGroupName) });
  if (!/^[^:*]{1,512}$/.test(name)) throw invalid(`filterName "${name}" must be 1 to 512 characters, not : or *`);
  subscriptions.put({ group, name, pattern: filterPattern, destination: destinationArn });
}

export function describeSubscriptionFilters(
  store: LogStore,
  subscriptions: Subscriptions,
  input: DescribeSubscriptionFiltersCommandInput,
) {
  const group = requireGroup(store, { logGroupName: checkName('logGroupName', input.logGroupName) });
  const all = subscriptions.of(group).filter(({ name }) => name.startsWith(input.filterNamePrefix ?? ''));
  const { items, nextToken } = page(all, checkLimit(input.limit, 50), input.nextToken);
  return {
    subscriptionFilters: items.map(({ name, pattern, destination, created }) => ({
      filterName: name,
      logGroupName: group,
      filterPattern: pattern,
      destinationArn: destination,
      distribution: 'ByLogStream' as const,
      creationTime: created,
    })),
    nextToken,
  } satisfies Omit<DescribeSubscriptionFiltersCommandOutput, '$metadata'>;
}

export function deleteSubscriptionFilter(
  store: LogStore,
  subscriptions: Subscriptions,
  { logGroupName, filterName }: DeleteSubscriptionFilterCommandInput,
) {
  const group = requireGroup(store, { logGroupName: checkName('logGroupName', logGroupName) });
  if (!subscriptions.of(group).some(({ name }) => name === filterName)) {
    throw new ServiceError('ResourceNotFoundException', 'The specified subscription filter does not exist.');
  }
  subscriptions.remove(group, filterName!);
}
