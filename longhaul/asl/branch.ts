import { contextObject, type ExecutionContext, type Iteration } from './context.ts';
import type { Machine, State, Template } from './definition/model.ts';
import { type Draft, evaluationFailed, type History, stateEntered } from './history.ts';
import { type Host, type Json, StateError } from './host.ts';
import { type Halted, unlessAborted } from './interruption.ts';
import { type BranchEnd, type Ended, load, type Position, type Running } from './position.ts';
import { type Queries, QueryError, type Variables } from './query/queries.ts';

/** What all branches of an execution have in common. */
export interface Shared {
  host: Host;
  history: History;
  queries: Queries;
  context: ExecutionContext;
  input: Json;
  /** Walks a branch from where it is to its end. */
  walk(branch: Branch): Promise<BranchEnd>;
  /** Ends the process of interpreting, with nothing written any more; set when the journal or the interpreter itself failed. */
  halt(fault: unknown): void;
  halted?: Halted;
}

/** Where a branch stands among the others. */
export interface Place {
  path: string;
  machine: Machine;
  /** Aborted when the branch must not go on; the reason says why. */
  signal: AbortSignal;
  /** The variables that it reads from outside. */
  outer: Variables;
  iteration?: Iteration;
}

/**
 * A line of states that follow each other: the execution itself, a branch of a Parallel state, an iteration of a Map. It keeps its
 * position in the journal: a step, with the events that belong to it, is saved before it takes effect.
 */
export class Branch {
  readonly shared: Shared;
  readonly place: Place;
  #position: Running;
  #drafts: Draft[] = [];
  #discarded: string[] = [];

  private constructor(shared: Shared, place: Place, position: Running) {
    this.shared = shared;
    this.place = place;
    this.#position = position;
  }

  /** Enters the first state. The first of `events` follows the event `previous`. */
  static begin(
    shared: Shared,
    place: Place,
    input: Json,
    previous: number,
    events: Draft[] = [],
    deadline?: number,
  ): Branch {
    const branch = new Branch(shared, place, {
      state: place.machine.StartAt,
      input,
      variables: {},
      enteredTime: 0,
      enteredEvent: 0,
      lastEvent: previous,
      launches: 0,
      retries: [],
      phase: { type: 'entered' },
      ...(deadline !== undefined && { deadline }),
      events: [],
    });
    branch.emit(...events);
    // The first state of an execution follows no event: its previousEventId is 0, as that of ExecutionStarted.
    branch.enter(place.machine.StartAt, input, {}, place.path === '' ? 0 : undefined);
    return branch;
  }

  static resume(shared: Shared, place: Place, position: Running): Branch {
    return new Branch(shared, place, position);
  }

  static saved(shared: Shared, path: string): Position | undefined {
    return load(shared.host.journal, path);
  }

  get position(): Running {
    return this.#position;
  }

  get state(): State {
    return this.place.machine.States[this.#position.state] as State;
  }

  /** Every variable that can be read here. */
  get variables(): Variables {
    return { ...this.place.outer, ...this.#position.variables };
  }

  /** Notes events for the next step that is saved. */
  emit(...drafts: Draft[]): void {
    this.#drafts.push(...drafts);
  }

  /** Continues the branch's chain of events after one of another branch. */
  follow(event: number): void {
    this.#position = { ...this.#position, lastEvent: event };
  }

  /** Persists the step that the branch takes now, and then its events. A branch that was interrupted meanwhile takes none. */
  save(change: Partial<Running>): void {
    this.place.signal.throwIfAborted();
    this.#commit(({ events, last: lastEvent }) => {
      this.#position = { ...this.#position, ...change, lastEvent, events };
      return this.#position;
    });
  }

  enter(name: string, input: Json, variables: Variables, previous?: number): void {
    this.place.signal.throwIfAborted();
    const type = (this.place.machine.States[name] as State).Type;
    this.emit(stateEntered(type, name, input, previous));
    this.#commit(({ events, last: lastEvent }) => {
      this.#position = {
        ...this.#position,
        state: name,
        input,
        variables: { ...this.#position.variables, ...variables },
        enteredTime: events.at(-1)?.timestamp ?? 0,
        enteredEvent: lastEvent,
        enteredAfter: events.at(-1)?.previousEventId ?? 0,
        lastEvent,
        retries: [],
        phase: { type: 'entered' },
        events,
      };
      return this.#position;
    });
  }

  /** Persists how the branch ended, and returns it. */
  finish<End>(end: End): Ended<End> {
    return this.#commit(({ events, last }) => ({ end, lastEvent: last, events }));
  }

  /** Forgets the branches at `path` with the next step. */
  discard(path: string): void {
    this.#discarded.push(path);
  }

  /** Drops the events of a step that is not taken. */
  abandonStep(): void {
    this.#drafts = [];
  }

  async sleep(until: number): Promise<void> {
    const { signal } = this.place;
    await unlessAborted(signal, this.shared.host.clock.until(until, signal));
    signal.throwIfAborted();
  }

  /** `states` adds `result` or `errorOutput`; `iteration` is that of an item which is selected for a branch to come. */
  async query(
    template: Template,
    field: string,
    states: { result?: Json; errorOutput?: Json } = {},
    iteration: Iteration | undefined = this.place.iteration,
  ): Promise<Json> {
    const { shared, position } = this;
    const context = contextObject(shared.context, shared.input, position, iteration);
    try {
      return await shared.queries.template(template, field, {
        states: { input: position.input, context, ...states },
        variables: this.variables,
      });
    } catch (error) {
      throw error instanceof QueryError ? this.queryFailure(error) : error;
    }
  }

  /** The state's failure for an expression that failed; its event is noted. */
  queryFailure({ message, location }: QueryError, previous = this.#beforeEntering()): StateError {
    const { error, reason } = this.failure('States.QueryEvaluationError', message);
    this.emit(evaluationFailed(this.position.state, { error, cause: reason, location }, previous));
    return new StateError(error, reason);
  }

  /**
   * What EvaluationFailed follows when nothing has happened in the state but its beginning: not that, but the event before
   * (recorded: localstack/localstack, test_map_state_items_eval_jsonata_fail, test_undefined_reference).
   */
  #beforeEntering(): number | undefined {
    const { lastEvent, enteredEvent, enteredAfter } = this.#position;
    return lastEvent === enteredEvent && this.#drafts.length === 0 ? enteredAfter : undefined;
  }

  /** An error of the interpreter's own, with the cause in the words of Step Functions. */
  failure(error: string, cause: string): StateError {
    const { state, enteredEvent } = this.position;
    return new StateError(
      error,
      `An error occurred while executing the state '${state}' (entered at the event id #${enteredEvent}). ${cause}`,
    );
  }

  #commit<Next extends object>(next: (stamped: ReturnType<History['stamp']>) => Next): Next {
    const { shared, place } = this;
    if (shared.halted) throw shared.halted;
    try {
      const stamped = shared.history.stamp(this.#drafts, this.#position.lastEvent);
      this.#drafts = [];
      const position = next(stamped);
      shared.host.journal.save(place.path, position as Json);
      for (const event of stamped.events) shared.host.journal.record(event);
      for (const path of this.#discarded.splice(0)) shared.host.journal.clear(path);
      return position;
    } catch (fault) {
      shared.halt(fault);
      throw shared.halted ?? fault;
    }
  }
}
