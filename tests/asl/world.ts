import {
  type Clock,
  type ExecutionContext,
  execute,
  type HistoryEvent,
  type Host,
  type Journal,
  type Json,
  type Outcome,
  parseDefinition,
  type TaskRequest,
  VirtualClock,
} from '../../longhaul/asl/index.ts';

export const start = Date.UTC(2026, 0, 2, 3, 4, 5, 600);

/** What the tests run: a definition as an object, JSONata throughout. */
export interface Machine {
  StartAt: string;
  States: Record<string, unknown>;
  TimeoutSeconds?: number;
}

export const context: ExecutionContext = {
  execution: {
    id: 'arn:aws:states:eu-west-1:000000000000:execution:machine:one',
    name: 'one',
    roleArn: 'arn:aws:iam::000000000000:role/machine',
    startTime: start,
  },
  stateMachine: { id: 'arn:aws:states:eu-west-1:000000000000:stateMachine:machine', name: 'machine' },
};

export function define(machine: Machine) {
  return parseDefinition(JSON.stringify({ QueryLanguage: 'JSONata', ...machine }));
}

/** A journal that keeps what a database would keep: texts. */
export class TextJournal implements Journal {
  readonly positions = new Map<string, string>();
  readonly events: HistoryEvent[] = [];

  load(path: string): Json | undefined {
    const text = this.positions.get(path);
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  }
  save(path: string, position: Json): void {
    this.positions.set(path, JSON.stringify(position));
  }
  clear(path: string): void {
    for (const known of this.positions.keys()) if (known.startsWith(path)) this.positions.delete(known);
  }
  record(event: HistoryEvent): void {
    this.events.push(JSON.parse(JSON.stringify(event)) as HistoryEvent);
  }
  lastEventId(): number {
    return this.events.at(-1)?.id ?? 0;
  }
}

export interface Setting {
  input?: Json;
  run?: (request: TaskRequest) => Promise<Json>;
  clock?: Clock;
  journal?: TextJournal;
  random?: () => number;
  signal?: AbortSignal;
}

export interface Run {
  outcome: Outcome;
  events: HistoryEvent[];
  /** Seconds that passed on the clock. */
  seconds: number;
}

export function hostOf(setting: Setting): Host & { journal: TextJournal } {
  return {
    run: setting.run ?? (({ resource }) => Promise.reject(new Error(`Nobody runs ${resource} here`))),
    clock: setting.clock ?? new VirtualClock(start),
    journal: setting.journal ?? new TextJournal(),
    random: setting.random ?? (() => 0.5),
  };
}

/** Runs a machine to its end; time passes by itself unless a clock is given. */
export async function run(machine: Machine, setting: Setting = {}): Promise<Run> {
  const host = hostOf(setting);
  const outcome = await execute(define(machine), {
    input: setting.input ?? {},
    context,
    host,
    signal: setting.signal ?? new AbortController().signal,
  });
  return { outcome, events: host.journal.events, seconds: (host.clock.now() - start) / 1000 };
}

/** The output of a machine that must succeed. */
export async function output(machine: Machine, setting: Setting = {}): Promise<Json> {
  const { outcome } = await run(machine, setting);
  if (outcome.status !== 'SUCCEEDED') throw new Error(`It ended as ${JSON.stringify(outcome)}`);
  return outcome.output;
}

/** One state, named State. */
export function only(state: object): Machine {
  return { StartAt: 'State', States: { State: state } };
}

/** The value of an expression in the Output of a Pass state. */
export function evaluate(expression: string, input: Json = {}): Promise<Json> {
  return output(only({ Type: 'Pass', Output: `{% ${expression} %}`, End: true }), { input });
}

/** Error and cause of an expression that must fail, in the Output of a Pass state. */
export async function failure(expression: string, input: Json = {}): Promise<{ error?: string; cause?: string }> {
  const { outcome } = await run(only({ Type: 'Pass', Output: `{% ${expression} %}`, End: true }), { input });
  if (outcome.status !== 'FAILED') throw new Error(`It ended as ${JSON.stringify(outcome)}`);
  return outcome;
}

/** A clock that stands still until it is turned. */
export class HandClock implements Clock {
  #now = start;
  #sleepers: { time: number; wake(): void }[] = [];

  now(): number {
    return this.#now;
  }

  until(time: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const sleeper = { time, wake: resolve };
      this.#sleepers.push(sleeper);
      signal.addEventListener('abort', () => {
        this.#sleepers = this.#sleepers.filter((other) => other !== sleeper);
        reject(signal.reason);
      });
    });
  }

  /** Seconds from the start to each moment that is waited for. */
  get waitedFor(): number[] {
    return this.#sleepers.map(({ time }) => (time - start) / 1000).sort((one, other) => one - other);
  }

  async turnTo(seconds: number): Promise<void> {
    this.#now = start + seconds * 1000;
    const due = this.#sleepers.filter(({ time }) => time <= this.#now);
    this.#sleepers = this.#sleepers.filter(({ time }) => time > this.#now);
    for (const { wake } of due) wake();
    await settled();
  }
}

/** Until everything has happened that can happen without time. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
}
