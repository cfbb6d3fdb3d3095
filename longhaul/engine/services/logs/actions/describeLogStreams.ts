import type { DescribeLogStreamsCommandInput, DescribeLogStreamsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { groupArn } from '../arn.ts';
import { checkLimit, invalid, requireGroup } from '../errors.ts';
import type { LogStore } from '../log-store.ts';
import { page } from '../paging.ts';

export function describeLogStreams(store: LogStore, input: DescribeLogStreamsCommandInput) {
  const group = requireGroup(store, input);
  const { logStreamNamePrefix: prefix, orderBy = 'LogStreamName' } = input;
  if (orderBy !== 'LogStreamName' && orderBy !== 'LastEventTime') {
    throw invalid(`orderBy is ${JSON.stringify(orderBy)}; it must be LogStreamName or LastEventTime.`);
  }
  if (orderBy === 'LastEventTime' && prefix !== undefined) {
    throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.');
  }
  const streams = store.streams(group).filter(({ name }) => name.startsWith(prefix ?? ''));
  if (orderBy === 'LastEventTime') streams.sort((a, b) => (a.lastEvent ?? 0) - (b.lastEvent ?? 0));
  if (input.descending) streams.reverse();
  const { items, nextToken } = page(streams, checkLimit(input.limit, 50), input.nextToken);
  return {
    logStreams: items.map(({ name, created, firstEvent, lastEvent, lastIngestion }) => ({
      logStreamName: name,
      creationTime: created,
      firstEventTimestamp: firstEvent,
      lastEventTimestamp: lastEvent,
      lastIngestionTime: lastIngestion,
      arn: `${groupArn(group)}:log-stream:${name}`,
      // CloudWatch Logs has reported 0 for streams since 2019.
      storedBytes: 0,
    })),
    nextToken,
  } satisfies Omit<DescribeLogStreamsCommandOutput, '$metadata'>;
}
