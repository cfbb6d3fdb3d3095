import { injectLambdaContext } from '@aws-lambda-powertools/logger/middleware';
import middy, { type MiddyfiedHandler } from '@middy/core';
import { type Started, stackFromEnvironment, startExecution } from 'longhaul';
import { logger } from '../logger.ts';

/** What is particular to one event source. Everything else is the same for all of them. */
export interface Adapter<Event, One> {
  /** `s3`: shown with each execution, and the first part of each identity. */
  source: string;
  /** The records in one invocation's event. */
  records(event: Event): One[];
  /** What tells a record from all others of its source. @throws MalformedEventError when the record does not say. */
  identity(record: One): string[];
  /** The event as the source would have delivered it with this record alone. */
  alone(record: One): unknown;
}

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
 * A record that fails keeps no other from being started. The invocation then fails as a whole, and Lambda delivers all of
 * it again, which starts only what is not started yet; after its last retry it keeps the event.
 */
export function trigger<Event, One>(adapter: Adapter<Event, One>): MiddyfiedHandler<Event, Started[]> {
  const handle = async (event: Event): Promise<Started[]> => {
    const { JOB: job, BATCHING: batching } = process.env;
    if (!job) throw new Error('The environment variable JOB is not set; it names the job that this trigger starts');
    const stack = stackFromEnvironment();
    const records = adapter.records(event);
    const deliveries =
      batching === 'batch'
        ? [() => ({ event: event as unknown, identity: [adapter.source, ...records.flatMap(adapter.identity)] })]
        : records.map((record) => () => ({
            event: adapter.alone(record),
            identity: [adapter.source, ...adapter.identity(record)],
          }));
    const outcomes = await Promise.allSettled(
      deliveries.map(async (delivery) => {
        const { event, identity } = delivery();
        const started = await startExecution(
          { job, event: JSON.stringify(event), identity, source: adapter.source },
          stack,
        );
        logger.info(started.started ? 'Started' : 'Had been started before', { job, id: started.id });
        return started;
      }),
    );
    const failures = outcomes.filter((outcome) => outcome.status === 'rejected').map(({ reason }) => reason as Error);
    for (const error of failures) logger.error('Not started', { job, error });
    if (failures.length > 0) {
      const what = `${failures.length} of ${deliveries.length} not started: ${failures[0]?.message}`;
      throw Object.assign(new AggregateError(failures, what), { name: failures[0]?.name ?? 'Error' });
    }
    return outcomes.filter((outcome) => outcome.status === 'fulfilled').map(({ value }) => value);
  };
  return middy<Event, Started[]>()
    .use(injectLambdaContext(logger, { resetKeys: true }))
    .handler(handle);
}
