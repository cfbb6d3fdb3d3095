import type { GetLogEventsCommandInput, GetLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { checkLimit, checkName, invalid, requireGroup, requireStream } from '../errors.ts';
import type { LogStore, StoredEvent } from '../log-store.ts';
import { head, type Position, readToken, writeToken } from '../position.ts';

/**
 * A page of a stream and tokens for the pages on both sides of it. A side that has nothing (more) answers with the token
 * that asked for it, which is how clients know that they are at an end; asked again later, it has what came meanwhile.
 */
export function getLogEvents(store: LogStore, input: GetLogEventsCommandInput) {
  const group = requireGroup(store, input);
  const stream = checkName('logStreamName', input.logStreamName);
  requireStream(store, group, stream);
  const token = input.nextToken === undefined ? undefined : readToken(input.nextToken);
  if (input.nextToken !== undefined && !token) throw invalid('The specified nextToken is invalid.');

  const isForward = token ? token.direction === 'f' : (input.startFromHead ?? false);
  const events = withinSize(
    store.events({
      group,
      streams: [stream],
      from: input.startTime,
      until: input.endTime,
      ...(token ? { [isForward ? 'after' : 'before']: token.position } : {}),
      limit: checkLimit(input.limit, 10_000),
      newest: !isForward,
    }),
    isForward,
  );
  const [first, last] = ends(events, token);
  return {
    events: events.map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
    nextForwardToken: writeToken('f', last),
    nextBackwardToken: writeToken('b', first),
  } satisfies Omit<GetLogEventsCommandOutput, '$metadata'>;
}

/** Where the page begins and ends; an empty one is a point between two events. */
function ends(events: StoredEvent[], token: ReturnType<typeof readToken>): [Position, Position] {
  const [first, last] = [events[0], events.at(-1)];
  if (first && last) return [first, last];
  if (!token) return [head, head];
  const { direction, position } = token;
  const { timestamp, id } = position;
  return direction === 'f' ? [{ timestamp, id: id + 1 }, position] : [position, { timestamp, id: Math.max(id - 1, 0) }];
}

/** As much as goes into an answer of 1 MB, from the end where the reading began; at least one event. */
function withinSize(events: StoredEvent[], isForward: boolean): StoredEvent[] {
  let size = 0;
  const fits = ({ message }: StoredEvent, index: number) => {
    size += Buffer.byteLength(message) + 26;
    return size <= 1_048_576 || index === 0;
  };
  const inOrder = isForward ? events : events.toReversed();
  const cut = inOrder.findIndex((event, index) => !fits(event, index));
  const kept = cut < 0 ? inOrder : inOrder.slice(0, cut);
  return isForward ? kept : kept.toReversed();
}
