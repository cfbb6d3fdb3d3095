import type { MiddyfiedHandler } from '@middy/core';
import { type Started, stackFromEnvironment } from 'longhaul/trigger';
import { logger } from '../logger.ts';
import { triggerLambda } from '../middleware/index.ts';
import { start } from '../start.ts';
import { ownIdentity } from './own-identity.ts';

/** What is particular to one event source. Everything else is the same for all of them. */
export interface Adapter<Event, One, Answer = Started[]> {
  /** `s3`: shown with each execution, and the first part of each identity. */
  source: string;
  /** The records in one invocation's event. */
  records(event: Event): One[];
  /** What tells a record from all others of its source. @throws MalformedEventError when the record does not say. */
  identity(record: One): string[];
  /** The job to start, where an event may name another one than the environment variable `JOB` does. */
  job?(record: One): string | undefined;
  /** The event as the source would have delivered it with this record alone. */
  alone(record: One): unknown;
  /** The event with these records, for batches with records that cannot be started. Default: such a batch fails as a whole. */
  together?(records: One[]): unknown;
  /** Records of the same lane are started one after the other, and none behind one that is waited for. Default: all at once. */
  lane?(record: One): string | undefined;
  /** Whether a record that was not started is not waited for: it never can be, or is not delivered again. Default: it is. */
  isGivenUp?(record: One, error: Error): boolean;
  /**
   * Puts a record that is given up where somebody will find it. True when that was done: it needs no further delivery.
   * Default: whoever delivered it keeps it.
   */
  setAside?(record: One, error: Error): Promise<boolean>;
  /** What the source is told. Default: what was started, or an error when a record failed, after which all come again. */
  answer?(outcomes: Outcome<One>[]): Answer;
}

/** What became of a record. `skipped`: one before it in its lane is waited for. `setAside`: not started, and kept elsewhere. */
export type Outcome<One> = { record: One } & (
  | { status: 'started'; started: Started }
  | { status: 'failed' | 'setAside'; error: Error }
  | { status: 'skipped' }
);

/** An event that the source cannot have sent. Says what is wrong where, without what the event holds. */
export class MalformedEventError extends Error {
  override readonly name = 'MalformedEventError';
}

/** The text at `path`, such as `s3.bucket.name`. @throws MalformedEventError when there is none. */
export function textAt(record: unknown, path: string): string {
  const value = path.split('.').reduce<unknown>((at, key) => (at as { [key: string]: unknown } | null)?.[key], record);
  if (typeof value === 'string' && value !== '') return value;
  const seen = value === '' ? 'an empty string' : value === null ? 'null' : typeof value;
  throw new MalformedEventError(`'${path}' must be a string that is not empty; it is ${seen}`);
}

/**
 * A Lambda handler that starts the job named by the environment variable `JOB`: one execution per record, or one for all
 * records of an invocation when `BATCHING` is `batch`.
 *
 * A record that fails keeps no other from being started. What the source is told then is the adapter's affair; what it
 * delivers again starts only what is not started yet.
 */
export function trigger<Event, One, Answer = Started[]>(
  adapter: Adapter<Event, One, Answer>,
): MiddyfiedHandler<Event, Answer> {
  const { source, answer = allOrError as (outcomes: Outcome<One>[]) => Answer } = adapter;
  return triggerLambda(async (event: Event) => {
    const { JOB, BATCHING: batching } = process.env;
    if (!JOB) throw new Error('The environment variable JOB is not set; it names the job that this trigger starts');
    const stack = stackFromEnvironment();

    const deliver = async (job: string, { event, records }: Delivery<One>): Promise<Started> => {
      const ofSource = () => [source, ...records.flatMap((one) => adapter.identity(one))];
      const identity = (await ownIdentity(job, event)) ?? ofSource();
      return start({ job, event: JSON.stringify(event), identity, source }, stack);
    };
    const isGivenUp = (record: One, error: Error) => adapter.isGivenUp?.(record, error) ?? false;
    const attempt = async (delivery: Delivery<One>): Promise<Outcome<One>[]> => {
      const job = adapter.job?.(delivery.records[0]!) ?? JOB;
      try {
        const started = await deliver(job, delivery);
        return delivery.records.map((record) => ({ record, status: 'started', started }));
      } catch (reason) {
        const error = reason as Error;
        logger.error('Not started', { job, error });
        const aside = async (record: One) =>
          isGivenUp(record, error) && ((await adapter.setAside?.(record, error)) ?? false);
        return Promise.all(
          delivery.records.map(async (record) => ({
            record,
            status: (await aside(record)) ? 'setAside' : 'failed',
            error,
          })),
        );
      }
    };

    const holdsUp = (outcome: Outcome<One>) => outcome.status === 'failed' && !isGivenUp(outcome.record, outcome.error);

    const records = adapter.records(event);
    const deliveries = batching === 'batch' ? inOne(adapter, records, event) : oneByOne(adapter, records);
    const done = await Promise.all(
      lanes(adapter, deliveries).map(async (lane) => {
        const outcomes: Outcome<One>[] = [];
        for (const delivery of lane) {
          if (!outcomes.some(holdsUp)) outcomes.push(...(await attempt(delivery)));
          else outcomes.push(...delivery.records.map((record) => ({ record, status: 'skipped' as const })));
        }
        return outcomes;
      }),
    );
    const place = new Map(records.map((record, index) => [record, index]));
    return answer(done.flat().sort((one, other) => place.get(one.record)! - place.get(other.record)!));
  });
}

/** What becomes one execution. */
interface Delivery<One> {
  records: One[];
  event: unknown;
}

function oneByOne<Event, One, Answer>(adapter: Adapter<Event, One, Answer>, records: One[]): Delivery<One>[] {
  return records.map((record) => ({ records: [record], event: adapter.alone(record) }));
}

/** One delivery of all records; those that have no identity are on their own, where the source can be told so. */
function inOne<Event, One, Answer>(
  adapter: Adapter<Event, One, Answer>,
  records: One[],
  event: Event,
): Delivery<One>[] {
  if (records.length === 0) return [];
  const { together } = adapter;
  const good = together ? records.filter((record) => isIdentified(adapter, record)) : records;
  if (!together || good.length === records.length) return [{ records, event }];
  const bad = records.filter((record) => !good.includes(record));
  return [...oneByOne(adapter, bad), ...(good.length > 0 ? [{ records: good, event: together(good) }] : [])];
}

function isIdentified<Event, One, Answer>(adapter: Adapter<Event, One, Answer>, record: One): boolean {
  try {
    adapter.identity(record);
    return true;
  } catch {
    return false;
  }
}

/** The deliveries whose order counts, one list per lane; the others in lists of their own. */
function lanes<Event, One, Answer>(
  { lane }: Adapter<Event, One, Answer>,
  deliveries: Delivery<One>[],
): Delivery<One>[][] {
  const all = new Map<unknown, Delivery<One>[]>();
  for (const delivery of deliveries) {
    const name = delivery.records.length === 1 ? lane?.(delivery.records[0]!) : undefined;
    const key = name ?? delivery;
    all.set(key, [...(all.get(key) ?? []), delivery]);
  }
  return [...all.values()];
}

/** @throws AggregateError with the name of the first failure, and all of them */
export function allOrError<One>(outcomes: Outcome<One>[]): Started[] {
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'failed' ? [outcome.error] : []));
  if (failures.length > 0) {
    const what = `${failures.length} of ${outcomes.length} not started: ${failures[0]?.message}`;
    throw Object.assign(new AggregateError(failures, what), { name: failures[0]?.name ?? 'Error' });
  }
  const started = outcomes.flatMap((outcome) => (outcome.status === 'started' ? [outcome.started] : []));
  return [...new Set(started)];
}
