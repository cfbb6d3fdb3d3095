import type { FilterLogEventsCommandInput, FilterLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { checkLimit, invalid, requireGroup } from '../errors.ts';
import { eventId } from '../event-id.ts';
import { parseFilterPattern } from '../filter-pattern.ts';
import type { EventQuery, LogStore, StoredEvent } from '../log-store.ts';
import { readToken, writeToken } from '../position.ts';

/** Events of several streams in the order of time. */
export function filterLogEvents(store: LogStore, input: FilterLogEventsCommandInput) {
  const group = requireGroup(store, input);
  const matches = parseFilterPattern(input.filterPattern ?? '');
  const limit = checkLimit(input.limit, 10_000);
  const token = input.nextToken === undefined ? undefined : readToken(input.nextToken);
  if (input.nextToken !== undefined && !token) throw invalid('The specified nextToken is invalid.');
  const streams = chooseStreams(store, group, input);

  const found: StoredEvent[] = [];
  let position = token?.position;
  let isEnd = streams?.length === 0;
  while (!isEnd && found.length <= limit) {
    const query: EventQuery = { group, from: input.startTime, after: position, limit: 1000 };
    if (streams) query.streams = streams;
    // Unlike that of GetLogEvents, this end belongs to the range.
    if (input.endTime !== undefined) query.until = input.endTime + 1;
    const events = store.events(query);
    found.push(...events.filter(({ message }) => matches(message)));
    position = events.at(-1);
    isEnd = events.length < 1000;
  }
  const events = found.slice(0, limit);
  const isMore = found.length > limit;
  return {
    events: events.map(({ id, stream, timestamp, message, ingestionTime }) => ({
      logStreamName: stream,
      timestamp,
      message,
      ingestionTime,
      eventId: eventId({ timestamp, id }),
    })),
    searchedLogStreams: [],
    ...(isMore ? { nextToken: writeToken('f', events.at(-1)!) } : {}),
  } satisfies Omit<FilterLogEventsCommandOutput, '$metadata'>;
}

/** Undefined for all. */
function chooseStreams(store: LogStore, group: string, input: FilterLogEventsCommandInput): string[] | undefined {
  const { logStreamNames, logStreamNamePrefix } = input;
  if (logStreamNames && logStreamNamePrefix !== undefined) {
    throw invalid('logStreamNames and logStreamNamePrefix cannot both be given.');
  }
  if (logStreamNamePrefix === undefined) return logStreamNames;
  const names = store.streams(group).map(({ name }) => name);
  return names.filter((name) => name.startsWith(logStreamNamePrefix));
}
