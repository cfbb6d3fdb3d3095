import { randomUUID } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { backgroundClock } from '../../../asl/clock.ts';
import type { Clock } from '../../../asl/host.ts';
import type { Resource } from '../../template/model.ts';
import { DeliveryQueue } from './delivery-queue.ts';
import { type EventBridgeEvent, eventOf, type Occurrence } from './event.ts';
import { declared } from './from-template.ts';
import { type EventPattern, parsePattern } from './pattern/index.ts';
import type { Rule } from './rule.ts';
import { EventStore } from './store.ts';
import { type SenderOptions, type Senders, senders } from './targets.ts';

export interface EventBusesOptions {
  db: DatabaseSync;
  resources: Resource[];
  /** Default: real time. */
  clock?: Clock;
  /** What the user should be told. */
  onNotice?(message: string): void;
}

/** The event buses of a stack, their rules, and events on their way to targets. */
export class EventBuses {
  /** By name, `default` first. */
  readonly buses: string[];
  readonly clock: Clock;
  readonly notice: (message: string) => void;
  readonly #store: EventStore;
  readonly #queue: DeliveryQueue;
  /** Compiled; those that the template or the API has put. */
  #rules: { rule: Rule; fits: EventPattern }[] = [];
  #senders: Senders | undefined;

  constructor({ db, resources, clock = backgroundClock, onNotice = () => {} }: EventBusesOptions) {
    this.clock = clock;
    this.notice = onNotice;
    this.#store = new EventStore(db);
    this.#queue = new DeliveryQueue({ store: this.#store, clock, notice: onNotice });
    const { buses, rules, problems } = declared(resources);
    this.buses = ['default', ...buses];
    for (const problem of problems) onNotice(problem);
    this.#store.atomically(() => {
      this.#store.forgetDeclared();
      for (const rule of rules) {
        try {
          parsePattern(rule.pattern);
          if (!this.buses.includes(rule.bus)) throw new Error(`there is no event bus ${rule.bus}`);
          this.#store.saveRule(rule, true);
        } catch (error) {
          onNotice(`The rule ${rule.name} is left out: ${(error as Error).message}`);
        }
      }
    });
    this.#load();
  }

  /** Begins to deliver, what the last engine left first. Events that come before are kept. */
  start(options: Omit<SenderOptions, 'store'>): void {
    this.#senders = senders({ ...options, store: this.#store });
    this.#queue.start(this.#senders);
  }

  /**
   * Accepts an event: its deliveries are on disk when this returns, and in the caller's transaction if there is one.
   */
  emit(bus: string, occurrence: Occurrence): EventBridgeEvent {
    const event = eventOf(occurrence);
    const receivedAt = this.clock.now();
    let count = 0;
    this.#store.atomically(() => {
      for (const { rule, fits } of this.#rules) {
        if (rule.bus !== bus || rule.state !== 'ENABLED' || !fits(event)) continue;
        const { arn, name } = rule;
        for (const target of rule.targets) {
          this.#store.addDelivery({ id: randomUUID(), rule: { arn, name }, target, event, receivedAt });
          count += 1;
        }
      }
    });
    // After the caller's transaction, if this is inside one.
    if (count > 0) setImmediate(() => this.#queue.wake());
    return event;
  }

  /** By bus and name. */
  rules(bus: string): Rule[] {
    return this.#rules.filter(({ rule }) => rule.bus === bus).map(({ rule }) => rule);
  }

  rule(bus: string, name: string): Rule | undefined {
    return this.rules(bus).find((rule) => rule.name === name);
  }

  /** @throws ServiceError InvalidEventPatternException */
  putRule(rule: Rule): void {
    parsePattern(rule.pattern);
    this.#store.saveRule(rule, false);
    this.#load();
  }

  removeRule(bus: string, name: string): void {
    this.#store.removeRule(bus, name);
    this.#load();
  }

  /** Deliveries that are not done go on in the next engine. */
  async close(): Promise<void> {
    await this.#queue.close();
    this.#senders?.close();
  }

  #load(): void {
    this.#rules = this.#store.rules().map((rule) => ({ rule, fits: parsePattern(rule.pattern) }));
  }
}
