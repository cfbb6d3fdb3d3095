import { BackgroundWriter } from './background-writer.ts';
import type { Checkpoint } from './context.ts';
import { toFaithfulJson } from './faithful-json.ts';
import { SnapshotBudget } from './snapshot-budget.ts';

export interface CheckpointOptions {
  /** What the last start saved, as JSON. */
  inherited: string | undefined;
  intervalSeconds: number;
  /** Stores a checkpoint's JSON; rejects when it was superseded. */
  write(json: string): Promise<void>;
  /** What became of a write in the background. */
  failed(error: unknown): void;
}

/** The handler's `checkpoint`, and what the runtime does with it at the end. The semantics stand in context.ts. */
export class CheckpointKeeper implements Checkpoint {
  readonly #inherited: string | undefined;
  readonly #intervalMilliseconds: number;
  readonly #budget = new SnapshotBudget(performance.now());
  readonly #writer: BackgroundWriter<string>;
  /** The last value given to `set`, while it is not taken. */
  #given: { value: unknown } | undefined;
  /** Whether the next `set` takes a snapshot. All that a call costs otherwise is a look at this. */
  #due = true;
  #timer: NodeJS.Timeout | undefined;

  constructor({ inherited, intervalSeconds, write, failed }: CheckpointOptions) {
    this.#inherited = inherited;
    this.#intervalMilliseconds = intervalSeconds * 1000;
    this.#writer = new BackgroundWriter({ write, failed, intervalMilliseconds: () => this.#intervalMilliseconds });
  }

  async load<State = unknown>(): Promise<State | undefined> {
    return this.#inherited === undefined ? undefined : JSON.parse(this.#inherited);
  }

  set<State>(value: State | (() => State)): void {
    this.#given = { value };
    if (this.#due) this.#take(value);
  }

  async save<State>(value?: State | (() => State)): Promise<void> {
    if (value !== undefined) this.#take(value);
    else if (this.#given) this.#take(this.#given.value);
    await this.#writer.flush();
  }

  /** The container is about to end: the next `set` counts, and what is taken is written at once. */
  hurry(): void {
    clearTimeout(this.#timer);
    this.#due = true;
    this.#writer.hurry();
  }

  /** No more of it; `flush` writes the last snapshot. A value that was set but not taken may have changed since: it is left. */
  close(): void {
    clearTimeout(this.#timer);
    this.#writer.close();
  }

  flush(): Promise<void> {
    return this.#writer.flush();
  }

  #take(value: unknown): void {
    const begun = performance.now();
    const json = toFaithfulJson(typeof value === 'function' ? value() : value);
    const ended = performance.now();
    this.#given = undefined;
    this.#writer.put(json);

    const wait = this.#budget.spend(ended - begun, ended);
    this.#due = wait === 0;
    if (this.#due) return;
    clearTimeout(this.#timer);
    // However large the state is, a checkpoint is taken in every interval: that is what a SIGKILL may cost.
    this.#timer = setTimeout(
      () => {
        this.#due = true;
      },
      Math.min(wait, this.#intervalMilliseconds),
    ).unref();
  }
}
