import { setImmediate as turn } from 'node:timers/promises';
import { defineJob } from '../../longhaul/client/job.ts';
import { runAttempt } from '../../longhaul/runtime/attempt.ts';
import type { Launch } from '../../longhaul/runtime/launch.ts';
import { createLog } from '../../longhaul/runtime/log.ts';
import type { ConditionError, ObjectStore, StoredObject } from '../../longhaul/runtime/objects.ts';
import type { Outcome } from '../../longhaul/runtime/outcome.ts';
import { memoryObjects } from '../../longhaul/testing/memory-objects.ts';
import { memorySource } from '../../longhaul/testing/memory-source.ts';

// A model of two starts of one execution. Both run the runtime itself. Each request to S3 is one atomic step, and every order of
// the steps is tried. The same S3 and the same answers so far mean the same future, so each such state is visited once.

export type Numbers = Pick<Launch, 'attempt' | 'interruptions'>;

export interface Scenario {
  /** Of the starts A and B. */
  launches: readonly [Numbers, Numbers];
  /** What an earlier start left, by name below the execution's prefix. */
  left?: Record<string, string>;
  /** Whether the handlers save a checkpoint before they return. */
  saves?: boolean;
  /** How many answers to writes may be lost on one way: the SDK then sends the request again. 0 by default. */
  losses?: number;
}

/** How a start ended. `worked`: its handler was called. */
export interface End {
  outcome: Outcome;
  worked: boolean;
}

/** A state that two starts can come to. */
export interface Reached {
  /** The steps that led here, for the message of a test that fails. */
  steps: readonly string[];
  ends: Partial<Record<'A' | 'B', End>>;
  /** Every text that was written as `result.json`, or as the result in the fence. */
  results: ReadonlySet<string>;
  /** Runs a third, later start on what is stored now, with nobody beside it: as if both had been killed here. */
  successor(): Promise<End & { result: string | undefined }>;
}

const EXECUTION = 'model-1';
const PREFIX = `executions/${EXECUTION}/`;
const STATE = `${PREFIX}checkpoint/state.json`;
const RESULT = `${PREFIX}result.json`;

/** Visits each state that two starts can come to. */
export async function explore(scenario: Scenario, visit: (reached: Reached) => Promise<void>): Promise<number> {
  const seen = new Set<string>();
  const successors: Successors = new Map();
  const ways: string[][] = [[]];
  for (let way = ways.pop(); way; way = ways.pop()) {
    const world = new World(scenario, successors);
    for (const step of way) await world.take(step);
    // On along one way for as long as it leads to something new; the others at each fork are for later.
    for (;;) {
      await world.settle();
      const state = world.describe();
      if (seen.has(state)) break;
      seen.add(state);
      await visit(world);
      const [next, ...others] = world.choices();
      if (next === undefined) break;
      for (const step of others) ways.push([...world.steps, step]);
      await world.take(next);
    }
  }
  return seen.size;
}

/** A request to S3 that waits for its turn. */
interface Waiting {
  who: 'A' | 'B';
  name: string;
  isWrite: boolean;
  perform(): Promise<unknown>;
  resolve(value: unknown): void;
  reject(error: unknown): void;
}

type Successor = Awaited<ReturnType<Reached['successor']>>;
/** By what is stored. */
type Successors = Map<string, Successor>;

class World implements Reached {
  readonly steps: string[] = [];
  readonly ends: Reached['ends'] = {};
  readonly results = new Set<string>();
  readonly #objects = memoryObjects();
  readonly #waiting: Waiting[] = [];
  /** What each start has learned so far. */
  readonly #learned = { A: [] as string[], B: [] as string[] };
  readonly #writers = new Map<string, string>();
  readonly #successors: Successors;
  #losses: number;

  constructor({ launches, left = {}, saves = false, losses = 0 }: Scenario, successors: Successors) {
    this.#successors = successors;
    this.#losses = losses;
    for (const [name, body] of Object.entries(left)) {
      this.#objects.stored.set(PREFIX + name, { body: Buffer.from(body), etag: `"left ${name}"` });
      this.#note(PREFIX + name, body);
    }
    for (const [index, who] of (['A', 'B'] as const).entries()) {
      void run(this.#gated(who), who, launches[index]!, saves).then((end) => {
        this.ends[who] = end;
      });
    }
  }

  choices(): string[] {
    return this.#waiting.flatMap(({ who, name, isWrite }) =>
      isWrite && this.#losses > 0 ? [`${who} ${name}`, `${who} ${name}, answer lost`] : [`${who} ${name}`],
    );
  }

  async take(step: string): Promise<void> {
    await this.settle();
    const isLost = step.endsWith(', answer lost');
    const index = this.#waiting.findIndex(({ who, name }) => step.replace(', answer lost', '') === `${who} ${name}`);
    const request = this.#waiting[index]!;
    this.steps.push(step);
    const answer = await request.perform().then(
      (value) => ({ value }),
      (error: ConditionError) => ({ error }),
    );
    if (isLost) {
      this.#losses--;
      return;
    }
    this.#waiting.splice(index, 1);
    const { who, name } = request;
    this.#learned[who].push(`${name}: ${'error' in answer ? 'refused' : this.#textOf(answer.value)}`);
    if ('error' in answer) request.reject(answer.error);
    else request.resolve(answer.value);
  }

  /** Until each start waits for S3 or has ended. */
  async settle(): Promise<void> {
    do await turn();
    while ((['A', 'B'] as const).some((who) => !this.ends[who] && !this.#waiting.some((one) => one.who === who)));
    await turn();
  }

  describe(): string {
    return JSON.stringify([this.#stored(), this.#learned, this.choices(), [...this.results].sort(), this.#losses]);
  }

  #stored(): string {
    return [...this.#objects.stored]
      .map(([key, { body }]) => `${key}: ${this.#anonymous(body)}`)
      .sort()
      .join();
  }

  async successor(): Promise<Successor> {
    const stored = this.#stored();
    const known = this.#successors.get(stored) ?? (await this.#succeed());
    this.#successors.set(stored, known);
    return known;
  }

  async #succeed(): Promise<Successor> {
    const copy = memoryObjects();
    for (const [key, object] of this.#objects.stored)
      copy.stored.set(key, { ...object, etag: `"copy of ${object.etag}"` });
    const end = await run(copy, 'C', { attempt: 1, interruptions: 9 }, false);
    return { ...end, result: copy.stored.get(RESULT)?.body.toString() };
  }

  /** S3 as one start sees it: each request waits until it is taken. */
  #gated(who: 'A' | 'B'): ObjectStore {
    const wait = <T>(name: string, isWrite: boolean, perform: () => Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        this.#waiting.push({ who, name, isWrite, perform, resolve: resolve as (value: unknown) => void, reject });
      });
    const short = (key: string) => key.slice(PREFIX.length);
    const objects = this.#objects;
    return {
      ...objects,
      get: (at) => wait(`GET ${short(at.key)}`, false, () => objects.get(at)),
      put: (at, body, options) =>
        wait(`PUT ${short(at.key)}`, true, async () => {
          const etag = await objects.put(at, body, options);
          const [, writer] = /"writer":"([^"]+)"/.exec(String(body)) ?? [];
          if (writer) this.#writers.set(writer, who);
          this.#note(at.key, String(body));
          return etag;
        }),
      copy: (from, to, etag) => wait(`COPY ${short(to.key)}`, true, () => objects.copy(from, to, etag)),
      delete: (...given) => wait(`DELETE ${short(given[0].key)}`, true, () => objects.delete(...given)),
      list: (at) => wait(`LIST ${short(at.key)}`, false, () => objects.list(at)),
    };
  }

  #note(key: string, body: string): void {
    if (key === RESULT) this.results.add(body);
    if (key !== STATE) return;
    const { result } = JSON.parse(body);
    if (result !== undefined) this.results.add(JSON.stringify(result));
  }

  #textOf(answer: unknown): string {
    const { body } = (answer ?? {}) as Partial<StoredObject>;
    return body ? this.#anonymous(body) : Array.isArray(answer) ? answer.join() : answer === undefined ? 'none' : 'ok';
  }

  /** Without what differs from run to run. */
  #anonymous(body: Uint8Array): string {
    return Buffer.from(body)
      .toString()
      .replace(/"at":"[^"]*"/, '"at":""')
      .replace(/"writer":"([^"]+)"/, (_, writer) => `"writer":"${this.#writers.get(writer) ?? writer}"`);
  }
}

const job = defineJob({ name: 'model' });

/** One start, whose handler returns its own name. */
async function run(objects: ObjectStore, who: string, numbers: Numbers, saves: boolean): Promise<End> {
  let worked = false;
  const { outcome } = await runAttempt({
    job,
    async handler({ checkpoint }) {
      worked = true;
      if (saves) await checkpoint.save({ by: who });
      return { by: who };
    },
    hooks: {},
    environment: {
      ...numbers,
      jobName: job.name,
      executionId: EXECUTION,
      event: '{}',
      maxAttempts: 3,
      artifacts: { bucket: 'artifacts', key: PREFIX },
      timeoutSeconds: undefined,
      stopTimeoutSeconds: 3,
    },
    objects,
    source: memorySource({}),
    log: createLog({}, () => {}),
    stop: new AbortController(),
    stray: new Promise(() => {}),
    checkpointIntervalSeconds: 3600,
  });
  return { outcome, worked };
}
