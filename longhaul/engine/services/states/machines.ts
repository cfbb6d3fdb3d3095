import type { DatabaseSync } from 'node:sqlite';
import type { Clock, Definition, Json, Outcome as MachineOutcome, TaskRunner } from '../../../asl/index.ts';
import { Suspended } from '../../../asl/interruption.ts';
import { ServiceError } from '../../endpoint/service.ts';
import { RETENTION } from '../retention.ts';
import { JournalStore } from './journal.ts';
import { type Execution, ExecutionStore } from './store.ts';

export interface StateMachine {
  arn: string;
  name: string;
  roleArn: string;
  /** Checked, in JSON, substitutions done. */
  definition: string;
  /** Milliseconds since the epoch. */
  creationDate: number;
}

export interface StateMachinesOptions {
  db: DatabaseSync;
  machines: StateMachine[];
  run: TaskRunner;
  clock: Clock;
  /** Called with each start and each end, in its transaction: what it stores in the database is there if and only if that is. */
  onStatusChange?(execution: Execution): void;
}

/** The state machines of the stack and what runs of them. */
export class StateMachines {
  readonly executions: ExecutionStore;
  readonly journals: JournalStore;
  readonly #machines: Map<string, StateMachine>;
  readonly #definitions = new Map<string, Definition>();
  readonly #run: TaskRunner;
  readonly #clock: Clock;
  readonly #db: DatabaseSync;
  readonly #onStatusChange: (execution: Execution) => void;
  /** What runs now: how to abort it, and when it is let go of. */
  readonly #running = new Map<string, { controller: AbortController; done: Promise<void> }>();
  #closed = false;

  constructor(options: StateMachinesOptions) {
    this.#db = options.db;
    this.#onStatusChange = options.onStatusChange ?? (() => {});
    this.executions = new ExecutionStore(options.db);
    this.journals = new JournalStore(options.db);
    this.#machines = new Map(options.machines.map((machine) => [machine.arn, machine]));
    this.#run = options.run;
    this.#clock = options.clock;
    this.#forget(options.clock.now() - RETENTION);
  }

  /** Their names may be used again then, as on AWS. */
  #forget(before: number): void {
    this.#db.exec('SAVEPOINT forget');
    for (const arn of this.executions.forget(before)) this.journals.forget(arn);
    this.#db.exec('RELEASE forget');
  }

  get(arn: string): StateMachine | undefined {
    return this.#machines.get(arn);
  }

  all(): StateMachine[] {
    return [...this.#machines.values()];
  }

  /** Goes on with every execution that was running when the engine ended. */
  resume(): Execution[] {
    const running = this.executions.running();
    for (const execution of running) this.#drive(execution);
    return running;
  }

  /** It is on disk when this returns. An engine that is closing leaves it to the next one. */
  start(machine: StateMachine, arn: string, name: string, input: string): Execution {
    const execution: Execution = {
      arn,
      name,
      stateMachineArn: machine.arn,
      status: 'RUNNING',
      input,
      output: null,
      error: null,
      cause: null,
      startDate: this.#clock.now(),
      stopDate: null,
      definition: machine.definition,
    };
    this.#atomically(() => {
      this.executions.add(execution);
      this.#onStatusChange(execution);
    });
    this.#drive(execution);
    return execution;
  }

  /**
   * Ends it as ABORTED; what it started is cancelled. Returns the time of the end, in milliseconds since the epoch.
   * @throws ServiceError when the engine is closing: the execution goes on at its next start
   */
  async stop({ arn }: Execution, error?: string, cause?: string): Promise<number> {
    const running = this.#running.get(arn);
    running?.controller.abort({ error, cause });
    await running?.done;
    const stopDate = this.executions.get(arn)?.stopDate;
    if (typeof stopDate === 'number') return stopDate;
    throw new ServiceError(
      'ServiceUnavailable',
      'The local engine is stopping; stop the execution when it is back.',
      503,
    );
  }

  /** Lets go of all executions where they are; the next start of the engine goes on with them. */
  async close(): Promise<void> {
    this.#closed = true;
    const running = [...this.#running.values()];
    for (const { controller } of running) controller.abort(new Suspended());
    await Promise.all(running.map(({ done }) => done));
  }

  /** One object for all executions of a text: what is compiled of it is shared then. */
  #parse(text: string): Definition {
    const definition = this.#definitions.get(text) ?? (JSON.parse(text) as Definition);
    this.#definitions.set(text, definition);
    return definition;
  }

  #drive(execution: Execution): void {
    if (this.#closed) return;
    const controller = new AbortController();
    const done = this.#execute(execution, controller.signal)
      .catch((error: unknown) => {
        if (error instanceof Suspended) return;
        // A fault of the interpreter must not leave an execution that looks as if it ran.
        console.error(`Execution ${execution.name}:`, error);
        this.#end(execution, { status: 'FAILED', error: 'States.Runtime', cause: String(error) });
      })
      .finally(() => this.#running.delete(execution.arn));
    this.#running.set(execution.arn, { controller, done });
  }

  async #execute(execution: Execution, signal: AbortSignal): Promise<void> {
    const machine = this.#machines.get(execution.stateMachineArn);
    // The interpreter is loaded when something is executed.
    const { execute } = await import('../../../asl/index.ts');
    const outcome = await execute(this.#parse(execution.definition), {
      input: JSON.parse(execution.input) as Json,
      context: {
        execution: {
          id: execution.arn,
          name: execution.name,
          roleArn: machine?.roleArn ?? '',
          startTime: execution.startDate,
        },
        stateMachine: { id: execution.stateMachineArn, name: machine?.name ?? '' },
      },
      host: {
        run: this.#run,
        clock: this.#clock,
        random: Math.random,
        journal: this.journals.of(execution.arn),
      },
      signal,
    });
    this.#end(execution, outcome);
  }

  #end(execution: Execution, outcome: MachineOutcome): void {
    const succeeded = outcome.status === 'SUCCEEDED';
    const end = {
      status: outcome.status,
      output: succeeded ? JSON.stringify(outcome.output) : null,
      error: succeeded ? null : (outcome.error ?? null),
      cause: succeeded ? null : (outcome.cause ?? null),
    };
    const stopDate = this.#clock.now();
    this.#atomically(() => {
      const ended = this.executions.end(execution.arn, end, stopDate);
      this.journals.of(execution.arn).clear('');
      if (ended) this.#onStatusChange({ ...execution, ...end, stopDate });
    });
  }

  /** A savepoint rather than a transaction, since a caller may have one open on the same connection. */
  #atomically(work: () => void): void {
    this.#db.exec('SAVEPOINT states');
    try {
      work();
      this.#db.exec('RELEASE states');
    } catch (error) {
      this.#db.exec('ROLLBACK TO states; RELEASE states');
      throw error;
    }
  }
}
