import type {
  PutEventsCommandInput,
  PutEventsCommandOutput,
  PutEventsRequestEntry,
  PutEventsResultEntry,
} from '@aws-sdk/client-eventbridge';
import { isTooDeep, ServiceError } from '../../../endpoint/index.ts';
import type { EventBuses } from '../event-buses.ts';
import { busName } from '../rule.ts';
import { invalid } from './errors.ts';

/** "The total entry size must be less than 1MB" (API reference, PutEvents). */
const LIMIT = 1_048_576;

/** On the wire: seconds since the epoch. */
type Entry = Omit<PutEventsRequestEntry, 'Time'> & { Time?: number };

/**
 * An entry that is wrong is told so by its code, and the others are accepted. Each accepted one has its deliveries on disk
 * when this answers.
 *
 * An event for a bus that is not there is accepted, as by AWS, where nobody gets it; the user is told.
 */
export function putEvents(
  buses: EventBuses,
  { Entries = [] }: Omit<PutEventsCommandInput, 'Entries'> & { Entries?: Entry[] },
) {
  if (Entries.length < 1 || Entries.length > 10) {
    throw invalid(
      `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length from 1 to 10; it has ${Entries.length}`,
    );
  }
  if (Entries.reduce((sum, entry) => sum + sizeOf(entry), 0) >= LIMIT) {
    throw invalid('Total size of the entries in the request is over the limit.');
  }
  const results = Entries.map((entry) => put(buses, entry));
  return {
    FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length,
    Entries: results,
  } satisfies Omit<PutEventsCommandOutput, '$metadata'>;
}

function put(buses: EventBuses, entry: Entry): PutEventsResultEntry {
  try {
    const detail = check(entry);
    const bus = busName(entry.EventBusName);
    if (!buses.buses.includes(bus)) {
      buses.notice(`An event was sent to the event bus ${bus}, which is not here: nobody gets it.`);
    }
    const { id } = buses.emit(bus, {
      source: entry.Source!,
      detailType: entry.DetailType!,
      detail,
      resources: entry.Resources,
      time: entry.Time === undefined ? buses.clock.now() : entry.Time * 1000,
    });
    return { EventId: id };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    return { ErrorCode: error.code, ErrorMessage: error.message };
  }
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html */
function check(entry: Entry): object {
  for (const member of ['Source', 'DetailType', 'Detail'] as const) {
    if (typeof entry[member] === 'string' && entry[member] !== '') continue;
    throw argument(member, `${member} is a required argument.`);
  }
  if (entry.DetailType!.length > 128) throw argument('DetailType', 'DetailType must have at most 128 characters.');
  if (entry.Source!.startsWith('aws.')) {
    throw new ServiceError('NotAuthorizedForSourceException', 'Not authorized for the source.');
  }
  try {
    const detail: unknown = JSON.parse(entry.Detail!);
    const isObject = typeof detail === 'object' && detail !== null && !Array.isArray(detail);
    if (isObject && !isTooDeep(entry.Detail!)) return detail;
  } catch {}
  throw new ServiceError('MalformedDetail', 'Detail is malformed.');
}

const argument = (member: string, reason: string) =>
  new ServiceError('InvalidArgument', `Parameter ${member} is not valid. Reason: ${reason}`);

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html#eb-putevent-size */
function sizeOf({ Time, Source, DetailType, Detail, Resources = [] }: Entry): number {
  const texts = [Source, DetailType, Detail, ...Resources].map((text) => Buffer.byteLength(text ?? ''));
  return texts.reduce((sum, size) => sum + size, Time === undefined ? 0 : 14);
}
