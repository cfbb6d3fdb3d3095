import type { DatabaseSync } from 'node:sqlite';
import {
  type Clock,
  type Definition,
  execute,
  type Json,
  type Outcome as MachineOutcome,
  parseDefinition,
  type TaskRunner,
} from '../../../asl/index.ts';
import { JournalStore } from './journal.ts';
import { type Execution, ExecutionStore } from './store.ts';

export interface StateMachine {
  arn: string;
  name: string;
  roleArn: string;
  /** The definition's text, substitutions done. */
  definition: string;
  /** Milliseconds since the epoch. */
  creationDate: number;
}

/** The state machines of the stack and what runs of them. */
export class StateMachines {
  readonly executions: ExecutionStore;
  readonly journals: JournalStore;
  readonly #machines: Map<string, StateMachine>;
  readonly #definitions = new Map<string, Definition>();
  readonly #run: TaskRunner;
  readonly #clock: Clock;
  readonly #alive = new Map<string, AbortController>();
  #closed = false;

  constructor(options: { db: DatabaseSync; machines: StateMachine[]; run: TaskRunner; clock: Clock }) {
    this.executions = new ExecutionStore(options.db);
    this.journals = new JournalStore(options.db);
    this.#machines = new Map(options.machines.map((machine) => [machine.arn, machine]));
    for (const machine of options.machines) this.#parse(machine.definition);
    this.#run = options.run;
    this.#clock = options.clock;
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
    this.executions.add(execution);
    this.#drive(execution);
    return execution;
  }

  /** Ends it as ABORTED; what it started is cancelled. Returns the time of the end, in milliseconds since the epoch. */
  async stop(execution: Execution, error?: string, cause?: string): Promise<number> {
    this.#alive.get(execution.arn)?.abort({ error, cause });
    await this.#driven.get(execution.arn);
    return this.executions.get(execution.arn)?.stopDate ?? this.#clock.now();
  }

  /** Lets go of all executions where they are; the next start of the engine goes on with them. */
  close(): void {
    this.#closed = true;
  }

  readonly #driven = new Map<string, Promise<void>>();

  #parse(text: string): Definition {
    const known = this.#definitions.get(text);
    if (known) return known;
    const definition = parseDefinition(text);
    this.#definitions.set(text, definition);
    return definition;
  }

  #drive(execution: Execution): void {
    const driven = this.#execute(execution)
      .catch((error: unknown) => {
        if (this.#closed) return;
        // A fault of the interpreter must not leave an execution that looks as if it ran.
        console.error(`Execution ${execution.name}:`, error);
        this.#end(execution, { status: 'FAILED', error: 'States.Runtime', cause: String(error) });
      })
      .finally(() => {
        this.#alive.delete(execution.arn);
        this.#driven.delete(execution.arn);
      });
    this.#driven.set(execution.arn, driven);
  }

  async #execute(execution: Execution): Promise<void> {
    const machine = this.#machines.get(execution.stateMachineArn);
    const controller = new AbortController();
    this.#alive.set(execution.arn, controller);
    const journal = this.journals.of(execution.arn);
    const guard = () => {
      if (this.#closed) throw new Error('The engine is closed');
    };
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
        journal: {
          ...journal,
          save(path, position) {
            guard();
            journal.save(path, position);
          },
          record(event) {
            guard();
            journal.record(event);
          },
        },
      },
      signal: controller.signal,
    });
    guard();
    this.#end(execution, outcome);
  }

  #end(execution: Execution, outcome: MachineOutcome): void {
    const succeeded = outcome.status === 'SUCCEEDED';
    this.executions.end(
      execution.arn,
      {
        status: outcome.status,
        output: succeeded ? JSON.stringify(outcome.output) : null,
        error: succeeded ? null : (outcome.error ?? null),
        cause: succeeded ? null : (outcome.cause ?? null),
      },
      this.#clock.now(),
    );
    this.journals.of(execution.arn).clear('');
  }
}
