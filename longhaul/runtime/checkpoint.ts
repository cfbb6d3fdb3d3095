import { BackgroundWriter } from './background-writer.ts';
import type { CheckpointFiles } from './checkpoint-files.ts';
import type { Checkpoint } from './context.ts';
import type { SavedFile } from './entry.ts';
import { EventLoopWatch } from './event-loop-watch.ts';
import { toFaithfulJson } from './faithful-json.ts';
import { SnapshotBudget } from './snapshot-budget.ts';

/** Value and files of one moment. */
export interface Snapshot {
  /** JSON; absent when the job saves files only. */
  state?: string | undefined;
  files: readonly SavedFile[];
}

export interface CheckpointOptions {
  /** What the last start saved, as JSON. */
  inherited: string | undefined;
  files: CheckpointFiles;
  intervalSeconds: number;
  /** Stores a checkpoint; rejects when it was superseded. */
  write(snapshot: Snapshot): Promise<void>;
  /** What became of a write in the background. */
  failed(error: unknown): void;
  /** The handler has not let the event loop turn for long: nothing that it set can be written. */
  busy(): void;
}

/** A value that waits for its files; `fingerprint` is what they were when it was taken. */
interface Held {
  state: string;
  fingerprint: string;
}

/** The handler's `checkpoint`, and what the runtime does with it at the end. The semantics stand in context.ts. */
export class CheckpointKeeper implements Checkpoint {
  readonly #inherited: string | undefined;
  readonly #files: CheckpointFiles;
  readonly #intervalMilliseconds: number;
  readonly #budget = new SnapshotBudget(performance.now());
  readonly #writer: BackgroundWriter<Snapshot>;
  /** The last value given to `set`, while it is not taken. */
  #given: { value: unknown } | undefined;
  /** The last value that was taken. */
  #state: string | undefined;
  #held: Held | undefined;
  /** Whether the next `set` takes a snapshot. All that a call costs otherwise is a look at this, as a rule. */
  #due = true;
  #skipped = 0;
  readonly #watch: EventLoopWatch;
  #closed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({ inherited, files, intervalSeconds, write, failed, busy }: CheckpointOptions) {
    this.#inherited = inherited;
    this.#state = inherited;
    this.#files = files;
    this.#intervalMilliseconds = intervalSeconds * 1000;
    this.#writer = new BackgroundWriter({ write, failed, intervalMilliseconds: () => this.#intervalMilliseconds });
    this.#watch = new EventLoopWatch(this.#intervalMilliseconds, busy);
  }

  get directory(): string {
    return this.#files.directory;
  }

  async load<State = unknown>(): Promise<State | undefined> {
    return this.#inherited === undefined ? undefined : JSON.parse(this.#inherited);
  }

  set<State>(value: State | (() => State)): void {
    if (this.#closed) return;
    this.#given = { value };
    if (this.#due) this.#takeInTime(value);
    // The 1st, 2nd, 4th, … call since the last that took one: a look at the clock costs more than all else here.
    else if ((++this.#skipped & (this.#skipped - 1)) === 0) this.#watch.look(performance.now());
  }

  async save<State>(value?: State | (() => State)): Promise<void> {
    const given = value === undefined ? this.#given : { value };
    if (given) this.#state = this.#take(given.value);
    if (this.#files.used) {
      const state = this.#state;
      this.#held = undefined;
      this.#writer.put({ state, files: await this.#files.save() });
    } else if (given) this.#writer.put({ state: this.#state, files: [] });
    await this.#writer.flush();
  }

  /** Whether the last value of `set` was not taken. */
  get isPending(): boolean {
    return this.#given !== undefined;
  }

  /** The container is about to end: the next `set` counts, and what is taken is written at once. */
  hurry(): void {
    clearTimeout(this.#timer);
    this.#due = true;
    this.#writer.hurry();
  }

  /** No more of it; `finish` writes the last snapshot. A value that was set but not taken may have changed since: it is left. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#watch.close();
    this.#writer.close();
  }

  /**
   * Writes the last snapshot. A value that waits for its files is saved with them when they are still as they were.
   * @param handlerRuns The handler may still be changing files
   * @throws Error also when that value had to be left
   */
  async finish(handlerRuns: boolean): Promise<void> {
    const held = this.#held;
    const left =
      held && (handlerRuns || this.#files.fingerprint() !== held.fingerprint)
        ? 'The files of the checkpoint directory changed after the last checkpoint.set(): the checkpoint before stands'
        : undefined;
    if (held && !left) this.#writer.last({ state: held.state, files: await this.#files.save() });
    await this.#writer.flush();
    if (left) throw new Error(left);
  }

  /** Takes a value for `set`, and decides when the next one is taken. */
  #takeInTime(value: unknown): void {
    const begun = performance.now();
    this.#skipped = 0;
    this.#watch.look(begun);
    const state = this.#take(value);
    const fingerprint = this.#files.fingerprint();
    const ended = performance.now();
    this.#state = state;
    if (this.#files.isSaved(fingerprint)) {
      this.#held = undefined;
      this.#writer.put({ state, files: this.#files.current });
    } else {
      this.#held = { state, fingerprint };
    }

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

  #take(value: unknown): string {
    const json = toFaithfulJson(typeof value === 'function' ? value() : value);
    this.#given = undefined;
    return json;
  }
}
