import type { DescribeLogGroupsCommandInput, DescribeLogGroupsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { groupArn } from '../arn.ts';
import { checkLimit, invalid } from '../errors.ts';
import type { LogStore } from '../log-store.ts';
import { page } from '../paging.ts';

export function describeLogGroups(store: LogStore, input: DescribeLogGroupsCommandInput) {
  const { logGroupNamePrefix: prefix, logGroupNamePattern: pattern } = input;
  if (prefix !== undefined && pattern !== undefined) {
    throw invalid('LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.');
  }
  const groups = store
    .groups()
    .filter(({ name }) => name.startsWith(prefix ?? ''))
    .filter(({ name }) => name.toLowerCase().includes(pattern?.toLowerCase() ?? ''));
  const { items, nextToken } = page(groups, checkLimit(input.limit, 50), input.nextToken);
  return {
    logGroups: items.map(({ name, created, retentionInDays, storedBytes }) => ({
      logGroupName: name,
      creationTime: created,
      retentionInDays,
      metricFilterCount: 0,
      arn: `${groupArn(name)}:*`,
      logGroupArn: groupArn(name),
      storedBytes,
      logGroupClass: 'STANDARD' as const,
    })),
    nextToken,
  } satisfies Omit<DescribeLogGroupsCommandOutput, '$metadata'>;
}
