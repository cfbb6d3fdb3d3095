import type { DatabaseSync } from 'node:sqlite';
import { DefinitionStore } from './definitions.ts';

export type ExecutionStatus = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

export interface Execution {
  arn: string;
  name: string;
  stateMachineArn: string;
  status: ExecutionStatus;
  /** JSON text, as it was given. */
  input: string;
  /** JSON text. */
  output: string | null;
  error: string | null;
  cause: string | null;
  /** Milliseconds since the epoch. */
  startDate: number;
  stopDate: number | null;
  /** The definition that it started with: a deploy while it runs does not change it. */
  definition: string;
}

/** "Running executions are sorted by their startDate …, and other executions are sorted by their stopDate" (ListExecutions). */
const TIME = 'coalesce(stopDate, startDate)';

/** Where an execution stands in a list: after all that have a later time, and of those with the same time a later start. */
export interface Place {
  /** Milliseconds since the epoch. */
  time: number;
  sequence: number;
}

/** Of an execution, what a list shows. */
export type ListedExecution = Pick<
  Execution,
  'arn' | 'name' | 'stateMachineArn' | 'status' | 'startDate' | 'stopDate'
> & { sequence: number };

export type Outcome = Pick<Execution, 'status' | 'output' | 'error' | 'cause'>;

/** Of an execution, everything. */
const WITH_DEFINITION =
  'SELECT states_executions.*, definition FROM states_executions JOIN states_definitions ON hash = definitionHash';

/** The executions of all state machines, in SQLite. */
export class ExecutionStore {
  readonly #db: DatabaseSync;
  readonly #definitions: DefinitionStore;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#definitions = new DefinitionStore(db);
    db.exec(`
      CREATE TABLE IF NOT EXISTS states_executions (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        arn TEXT NOT NULL UNIQUE,
        name TEXT NOT NULL,
        stateMachineArn TEXT NOT NULL,
        status TEXT NOT NULL,
        input TEXT NOT NULL,
        output TEXT, error TEXT, cause TEXT,
        startDate INTEGER NOT NULL,
        stopDate INTEGER,
        definitionHash TEXT NOT NULL
      ) STRICT;
      DROP INDEX IF EXISTS states_executions_status;
      CREATE INDEX IF NOT EXISTS states_executions_newest ON states_executions (stateMachineArn, ${TIME}, sequence);
      CREATE INDEX IF NOT EXISTS states_executions_newest_of ON states_executions (stateMachineArn, status, ${TIME}, sequence);
    `);
    this.#definitions.adoptOld();
  }

  add({ definition, ...execution }: Execution): void {
    const definitionHash = this.#definitions.keep(definition);
    this.#db
      .prepare(
        `INSERT INTO states_executions (arn, name, stateMachineArn, status, input, output, error, cause, startDate, stopDate, definitionHash)
         VALUES ($arn, $name, $stateMachineArn, $status, $input, $output, $error, $cause, $startDate, $stopDate, $definitionHash)`,
      )
      .run({ ...execution, definitionHash });
  }

  get(arn: string): Execution | undefined {
    return this.#db.prepare(`${WITH_DEFINITION} WHERE arn = ?`).get(arn) as unknown as Execution | undefined;
  }

  /** Only a running execution ends; false when it had ended already. */
  end(arn: string, outcome: Outcome, stopDate: number): boolean {
    const { changes } = this.#db
      .prepare(
        `UPDATE states_executions SET status = $status, output = $output, error = $error, cause = $cause, stopDate = $stopDate
         WHERE arn = $arn AND status = 'RUNNING'`,
      )
      .run({ ...outcome, arn, stopDate });
    return changes === 1;
  }

  running(): Execution[] {
    return this.#db
      .prepare(`${WITH_DEFINITION} WHERE status = 'RUNNING' ORDER BY sequence`)
      .all() as unknown as Execution[];
  }

  /** Takes away what ended before a time, and gives the ARNs. */
  forget(before: number): string[] {
    const forgotten = this.#db
      .prepare(`DELETE FROM states_executions WHERE status <> 'RUNNING' AND stopDate < ? RETURNING arn`)
      .all(before)
      .map(({ arn }) => arn as string);
    this.#definitions.forgetUnused();
    return forgotten;
  }

  /** Newest first, those that stand behind `place`: all of them without one. */
  list(
    stateMachineArn: string,
    status: string | undefined,
    limit: number,
    { time, sequence }: Place = { time: Number.MAX_SAFE_INTEGER, sequence: 0 },
  ): ListedExecution[] {
    const byStatus = status === undefined ? '' : 'AND status = $status';
    return this.#db
      .prepare(
        // The first bound on the time is what the index is entered by; by a row value with an expression SQLite does not.
        `SELECT arn, name, stateMachineArn, status, startDate, stopDate, sequence FROM states_executions
         WHERE stateMachineArn = $stateMachineArn ${byStatus} AND ${TIME} <= $time AND (${TIME}, sequence) < ($time, $sequence)
         ORDER BY ${TIME} DESC, sequence DESC LIMIT $limit`,
      )
      .all({
        stateMachineArn,
        limit,
        time,
        sequence,
        ...(status === undefined ? {} : { status }),
      }) as unknown as ListedExecution[];
  }
}
