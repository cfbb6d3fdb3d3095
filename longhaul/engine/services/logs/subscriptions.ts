import type { DatabaseSync } from 'node:sqlite';
import { gzipSync } from 'node:zlib';
import { ServiceError } from '../../endpoint/service.ts';
import { invalid } from './errors.ts';
import { eventId } from './event-id.ts';
import { parseFilterPattern } from './filter-pattern.ts';
import type { LogStore } from './log-store.ts';
import { type Pending, type Subscription, SubscriptionStore } from './subscription-store.ts';

/** What subscriptions need of the functions. */
export interface SubscribedFunctions {
  /** @throws ServiceError when there is no such function */
  find(arn: string): { logGroup: string };
  /** Accepts an asynchronous event: on disk when it returns, in the caller's transaction. */
  enqueue(arn: string, payload: string): string;
}

export interface SubscriptionsOptions {
  db: DatabaseSync;
  store: LogStore;
  functions: SubscribedFunctions;
  /** Milliseconds for which events are gathered. Default one second. */
  gatherFor?: number;
  /** What the user should be told. */
  onNotice?(message: string): void;
}

/** "Each log group can have up to two subscription filters" (API reference, PutSubscriptionFilter). */
const PER_GROUP = 2;

/** Events in one delivery, and bytes of it: a function takes 1 MiB asynchronously. */
const MOST_EVENTS = 1000;
const MOST_BYTES = 1_000_000;

/**
 * Gives functions the log events that they have subscribed to: those of one stream that came within a second, in one
 * delivery. They are noted in the transaction that stores them and handed over in one more, so none is lost or sent twice.
 */
export class Subscriptions {
  readonly #options: SubscriptionsOptions;
  readonly #pending: SubscriptionStore;
  #all: { subscription: Subscription; matches: (message: string) => boolean }[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: SubscriptionsOptions) {
    this.#options = options;
    this.#pending = new SubscriptionStore(options.db);
    this.#load();
    options.store.onStored((group, events) => {
      for (const { subscription, matches } of this.#all) {
        if (subscription.group !== group) continue;
        for (const event of events) {
          if (!matches(event.message)) continue;
          this.#pending.addPending(subscription, event);
          if (!this.#closed) this.#timer ??= setTimeout(() => this.flush(), options.gatherFor ?? 1000).unref();
        }
      }
    });
  }

  /** Takes over what the template says now, making groups that are not there. What cannot be subscribed is told. */
  declare(declared: Omit<Subscription, 'created'>[]): void {
    this.#pending.keepDeclared(declared);
    this.#load();
    for (const one of declared) {
      try {
        this.#options.store.createGroup(one.group);
        this.#put(one, true);
      } catch (error) {
        this.#pending.remove(one.group, one.name);
        this.#options.onNotice?.(`The subscription of ${one.group} is left out: ${(error as Error).message}`);
      }
    }
    this.#load();
  }

  of(group: string): Subscription[] {
    return this.#all.map(({ subscription }) => subscription).filter((one) => one.group === group);
  }

  /** @throws ServiceError InvalidParameterException, LimitExceededException */
  put(subscription: Omit<Subscription, 'created'>): void {
    this.#put(subscription, false);
  }

  remove(group: string, name: string): void {
    this.#pending.remove(group, name);
    this.#load();
  }

  /** Delivers what has been gathered. Called once when functions can be invoked: there may be some of the last engine. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const { subscription } of this.#all) {
      for (const stream of this.#pending.pendingStreams(subscription)) this.#deliver(subscription, stream);
    }
  }

  /** Delivers no more. What was noted, and what is until the last line is written, is delivered by the next engine. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  #put(one: Omit<Subscription, 'created'>, declared: boolean): void {
    parseFilterPattern(one.pattern);
    this.#check(one);
    const others = this.of(one.group).filter(({ name }) => name !== one.name);
    if (others.length >= PER_GROUP) throw new ServiceError('LimitExceededException', 'Resource limit exceeded.');
    this.#pending.save({ ...one, created: Date.now() }, declared);
    this.#load();
  }

  /** A function that writes to the group it listens to would be invoked by its own log for ever. */
  #check({ group, destination }: Omit<Subscription, 'created'>): void {
    if (!/^arn:[^:]*:lambda:/.test(destination)) {
      throw invalid(`destinationArn ${destination}: locally log events are delivered to functions.`);
    }
    let logGroup: string;
    try {
      logGroup = this.#options.functions.find(destination).logGroup;
    } catch {
      throw invalid(
        'Could not execute the lambda function. Make sure you have given CloudWatch Logs permission to execute your function.',
      );
    }
    if (logGroup !== group) return;
    throw invalid(
      `The function ${destination} logs to ${group} itself: its own lines would invoke it again, without an end. Give it another log group.`,
    );
  }

  #deliver(subscription: Subscription, stream: string): void {
    for (;;) {
      let events = this.#pending.pending(subscription, stream, MOST_EVENTS);
      if (events.length === 0) return;
      let payload = payloadOf(subscription, events);
      while (payload.length > MOST_BYTES && events.length > 1) {
        events = events.slice(0, Math.ceil(events.length / 2));
        payload = payloadOf(subscription, events);
      }
      this.#pending.atomically(() => {
        for (const event of events) this.#pending.removePending(subscription, event);
        try {
          this.#options.functions.enqueue(subscription.destination, payload);
        } catch (error) {
          // The function is gone, or a single line is longer than it can be given: another attempt would not help.
          this.#options.onNotice?.(
            `${events.length} events of ${subscription.group} did not reach ${subscription.destination}: ${(error as Error).message}`,
          );
        }
      });
    }
  }

  #load(): void {
    this.#all = this.#pending
      .all()
      .map((subscription) => ({ subscription, matches: parseFilterPattern(subscription.pattern) }));
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/SubscriptionFilters.html#LambdaFunctionExample */
function payloadOf({ group, name }: Subscription, events: Pending[]): string {
  const data = {
    messageType: 'DATA_MESSAGE',
    owner: '000000000000',
    logGroup: group,
    logStream: events[0]?.stream,
    subscriptionFilters: [name],
    logEvents: events.map((event) => ({ id: eventId(event), timestamp: event.timestamp, message: event.message })),
  };
  return JSON.stringify({ awslogs: { data: gzipSync(JSON.stringify(data)).toString('base64') } });
}
