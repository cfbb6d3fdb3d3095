import type { AwsClients } from './aws.ts';
import { containerOf, type Log, taskLog } from './container.ts';
import type { LogLine, LogPage, LogQuery } from './driver.ts';
import { historyOf } from './history.ts';
import { type Launch, launchesIn, type Spec, specOf } from './launch.ts';
import type { StreamPage } from './log-streams.ts';
import { InvalidCursorError, LINES, limitOf, readCursor, writeCursor } from './page.ts';
import type { Stack } from './stack.ts';

/** Where reading goes on. */
interface Place {
  /** The container: 1, 2, … */
  launch: number;
  /** Behind which page of its stream; absent at its beginning. */
  token?: string;
  /** Lines of that page which have been read already. */
  skip?: number;
}

/** Requests to CloudWatch Logs for one page: it may answer with few events, or none, where there are more. */
const MOST_READS = 10;

/**
 * Characters of lines in one page, each as it is after it was put into JSON twice: so a Lambda function answers with it. At
 * most 6 MB of that may pass (Lambda quotas, synchronous invocation).
 */
const PAGE_SIZE = 4_000_000;

/**
 * A page of what all containers of an execution wrote, in the order in which they ran.
 *
 * @throws UnknownExecutionError, InvalidCursorError, RangeError for a limit that is none, or what AWS answers
 */
export async function readLogs(
  id: string,
  { limit: wanted, cursor }: LogQuery,
  stack: Stack,
  clients: AwsClients,
): Promise<LogPage> {
  const limit = limitOf(wanted, LINES);
  let place: Place = cursor === undefined ? { launch: 1 } : readCursor(cursor, isPlace);
  const { launches, spec, isOver } = await startsOf(id, stack, clients);
  const lines: LogLine[] = [];
  let size = 0;
  let source: Source | undefined;
  const page = (complete: boolean): LogPage => ({ lines, cursor: writeCursor(place), complete });
  for (let reads = 0; reads < MOST_READS; reads++) {
    const launch = launches[place.launch - 1];
    if (!launch) return page(isOver);
    const { token, skip = 0 } = place;
    const isFollowed = place.launch < launches.length;
    if (source?.launch !== launch) source = await sourceOf(launch, { isFollowed, isOver, spec }, clients);
    const { log, isWhole } = source;
    const read = log
      ? await pageOf(log, token, Math.min(limit - lines.length + skip, LINES.most), clients)
      : { events: [], token, isEnd: true };
    for (const [index, { timestamp, message }] of read.events.entries()) {
      if (index < skip) continue;
      size += doublyQuoted(message);
      if (size > PAGE_SIZE && lines.length > 0) {
        place = { ...place, skip: index };
        return page(false);
      }
      lines.push({ at: new Date(timestamp).toISOString(), message, launch: place.launch });
    }
    if (!read.isEnd) place = { launch: place.launch, ...(read.token && { token: read.token }) };
    else if (isWhole) place = { launch: place.launch + 1 };
    else return page(false);
    if (lines.length >= limit) break;
  }
  return page(isOver && place.launch > launches.length);
}

/** The launches that a service accepted, and whether there will be no more of them. */
async function startsOf(
  id: string,
  stack: Stack,
  clients: AwsClients,
): Promise<{ launches: Launch[]; spec?: Spec; isOver: boolean }> {
  const events = [];
  for await (const page of historyOf(id, stack, clients)) events.push(...page);
  const spec = specOf(events);
  return {
    launches: launchesIn(events).filter(({ work }) => work),
    ...(spec && { spec }),
    isOver: /^Execution(Succeeded|Failed|Aborted|TimedOut)$/.test(events.at(-1)?.type ?? ''),
  };
}

/** Where a container writes, and whether that was all: asked before it is read, so that what it wrote until then is found. */
interface Source {
  launch: Launch;
  log: Log | undefined;
  isWhole: boolean;
}

/** Batch names the stream of a job that runs; all else stands in the history, but the end of an execution's container that was stopped. */
async function sourceOf(
  launch: Launch,
  { isFollowed, isOver, spec }: { isFollowed: boolean; isOver: boolean; spec: Spec | undefined },
  clients: AwsClients,
): Promise<Source> {
  const log = taskLog(launch.work, spec);
  const isPast = isFollowed || launch.end?.work !== undefined;
  const mustLook = !log || (isOver && !isPast);
  const container = mustLook ? await containerOf(launch, spec, clients) : undefined;
  return {
    launch,
    log: log ?? container?.log,
    isWhole: isPast || (isOver && (container?.hasEnded ?? true)),
  };
}

async function pageOf(log: Log, token: string | undefined, limit: number, clients: AwsClients): Promise<StreamPage> {
  const streams = await clients.logs();
  try {
    return await streams.read(log, token, limit);
  } catch (error) {
    // What CloudWatch Logs says to a token that is none, or has expired.
    const isToken = token && (error as Error).name === 'InvalidParameterException';
    throw isToken ? new InvalidCursorError(token, { cause: error }) : error;
  }
}

const doublyQuoted = (text: string): number => Buffer.byteLength(JSON.stringify(JSON.stringify(text)));

function isPlace(value: object): value is Place {
  const { launch, token = '', skip = 0 } = value as Partial<Place>;
  return (
    Number.isInteger(launch) &&
    launch! >= 1 &&
    typeof token === 'string' &&
    Number.isInteger(skip) &&
    skip >= 0 &&
    skip < LINES.most
  );
}
