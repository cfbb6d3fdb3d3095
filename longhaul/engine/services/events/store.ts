import type { DatabaseSync } from 'node:sqlite';
import type { EventBridgeEvent } from './event.ts';
import type { Rule, Target } from './rule.ts';

/** One event on its way to one target. */
export interface Delivery {
  id: string;
  rule: { arn: string; name: string };
  target: Target;
  event: EventBridgeEvent;
  /** Milliseconds since the epoch. */
  receivedAt: number;
  dueAt: number;
  /** Attempts that failed. */
  attempts: number;
  /** When it is tried no more: what its dead-letter queue is told. */
  failure: Failure | undefined;
}

export interface Failure {
  code: string;
  message: string;
  /** Absent for what no second attempt can change. */
  exhausted?: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';
}

/** Rules, and deliveries from when an event is accepted until its target has it: none is lost with the engine. */
export class EventStore {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    db.exec(`
      CREATE TABLE IF NOT EXISTS events_rules (
        bus TEXT NOT NULL, name TEXT NOT NULL, declared INTEGER NOT NULL, rule TEXT NOT NULL, PRIMARY KEY (bus, name)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS events_deliveries (
        id TEXT PRIMARY KEY, rule TEXT NOT NULL, target TEXT NOT NULL, event TEXT NOT NULL, received_at INTEGER NOT NULL,
        due_at INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, failure TEXT
      ) STRICT;
      CREATE INDEX IF NOT EXISTS events_deliveries_due ON events_deliveries (due_at);
    `);
  }

  /** Does all of it or nothing, inside the caller's transaction if there is one. */
  atomically<T>(work: () => T): T {
    this.#db.exec('SAVEPOINT events');
    try {
      const result = work();
      this.#db.exec('RELEASE events');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK TO events; RELEASE events');
      throw error;
    }
  }

  rules(): Rule[] {
    return this.#db
      .prepare('SELECT rule FROM events_rules ORDER BY bus, name')
      .all()
      .map(({ rule }) => JSON.parse(rule as string) as Rule);
  }

  /** @param declared - by the template, which has the last word at the next start */
  saveRule(rule: Rule, declared: boolean): void {
    this.#db
      .prepare(
        `INSERT INTO events_rules (bus, name, declared, rule) VALUES (?, ?, ?, ?)
         ON CONFLICT DO UPDATE SET rule = excluded.rule, declared = max(declared, excluded.declared)`,
      )
      .run(rule.bus, rule.name, declared ? 1 : 0, JSON.stringify(rule));
  }

  removeRule(bus: string, name: string): void {
    this.#db.prepare('DELETE FROM events_rules WHERE bus = ? AND name = ?').run(bus, name);
  }

  forgetDeclared(): void {
    this.#db.exec('DELETE FROM events_rules WHERE declared = 1');
  }

  addDelivery(delivery: Pick<Delivery, 'id' | 'rule' | 'target' | 'event' | 'receivedAt'>): void {
    this.#db
      .prepare('INSERT INTO events_deliveries (id, rule, target, event, received_at, due_at) VALUES (?, ?, ?, ?, ?, ?)')
      .run(
        delivery.id,
        JSON.stringify(delivery.rule),
        JSON.stringify(delivery.target),
        JSON.stringify(delivery.event),
        delivery.receivedAt,
        delivery.receivedAt,
      );
  }

  /** The first that are due, without those in `except`. */
  due(now: number, limit: number, except: Iterable<string>): Delivery[] {
    return this.#db
      .prepare(
        `SELECT * FROM events_deliveries WHERE due_at <= ? AND id NOT IN (SELECT value FROM json_each(?))
         ORDER BY due_at, rowid LIMIT ?`,
      )
      .all(now, JSON.stringify([...except]), limit)
      .map((row) => ({
        id: row.id as string,
        rule: JSON.parse(row.rule as string) as Delivery['rule'],
        target: JSON.parse(row.target as string) as Target,
        event: JSON.parse(row.event as string) as EventBridgeEvent,
        receivedAt: row.received_at as number,
        dueAt: row.due_at as number,
        attempts: row.attempts as number,
        failure: row.failure === null ? undefined : (JSON.parse(row.failure as string) as Failure),
      }));
  }

  /** When the next after `now` is due. */
  nextDue(now: number): number | undefined {
    const row = this.#db.prepare('SELECT min(due_at) AS due FROM events_deliveries WHERE due_at > ?').get(now);
    return row?.due == null ? undefined : Number(row.due);
  }

  saveDelivery({ id, dueAt, attempts, failure }: Delivery): void {
    this.#db
      .prepare('UPDATE events_deliveries SET due_at = ?, attempts = ?, failure = ? WHERE id = ?')
      .run(dueAt, attempts, failure ? JSON.stringify(failure) : null, id);
  }

  removeDelivery(id: string): void {
    this.#db.prepare('DELETE FROM events_deliveries WHERE id = ?').run(id);
  }
}
