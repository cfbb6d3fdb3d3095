import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3Address } from './environment.ts';
import { SupersededError } from './errors.ts';
import { toFaithfulJson } from './faithful-json.ts';
import { describeLaunch, isLater, type Launch } from './launch.ts';
import { ConditionError, type ObjectStore, type StoredObject } from './objects.ts';

/**
 * What `checkpoint/state.json` holds: who wrote it, and what. `writer` and `write` make every content different, and with it
 * the ETag (an MD5 of the content, as a rule): nobody's condition can hold by accident.
 */
interface Entry {
  launch: Launch;
  /** One process. */
  writer: string;
  /** Counts that process's writes. */
  write: number;
  /** ISO 8601. */
  at: string;
  /** The checkpoint; absent when nothing was saved yet. */
  state?: unknown;
  /** The result, once there is one: then only its publication is left to do. */
  result?: unknown;
}

/** What an earlier start left behind, as JSON texts. */
export interface Inheritance {
  state?: string;
  result?: string;
}

/** Of looking again and retrying. A claim competes with an older start that still writes every few seconds, so two do as a rule. */
const ROUNDS = 20;

/**
 * The one object by which starts of the same execution exclude each other. Every start claims it with a write of its own, and
 * every later write says which content it replaces; so a container that lost its host but still runs cannot overwrite what
 * its successor wrote: S3 refuses its next write, and it learns that it was superseded.
 */
export class Fence {
  /** Set when a newer start has taken over: nothing may be written any more. */
  superseded: SupersededError | undefined;
  readonly #objects: ObjectStore;
  readonly #address: S3Address;
  readonly #launch: Launch;
  readonly #writer = randomUUID();
  #writes = 0;
  #etag: string | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(objects: ObjectStore, artifacts: S3Address, launch: Launch) {
    this.#objects = objects;
    this.#address = { bucket: artifacts.bucket, key: `${artifacts.key}checkpoint/state.json` };
    this.#launch = launch;
  }

  /**
   * Takes over from every earlier start, and what it left.
   * @throws SupersededError when a later start was here before
   */
  async claim(): Promise<Inheritance> {
    for (let round = 0; ; round++) {
      const found = await this.#objects.get(this.#address);
      const entry = found && this.#read(found);
      if (entry && isLater(entry.launch, this.#launch)) throw this.#supersede(entry);
      const inheritance: Inheritance = {
        ...(entry?.state !== undefined && { state: toFaithfulJson(entry.state) }),
        ...(entry?.result !== undefined && { result: toFaithfulJson(entry.result) }),
      };
      const body = this.#compose(inheritance);
      try {
        this.#etag = await this.#put(body, found?.etag);
        return inheritance;
      } catch (error) {
        // Someone wrote in between, perhaps this very request whose answer was lost: the next round sees which.
        await retriable(error, round);
      }
    }
  }

  /**
   * Writes the checkpoint or the result (JSON texts); one write at a time.
   * @throws SupersededError when a newer start has taken over
   */
  async write(content: Inheritance): Promise<void> {
    const turn = this.#last.then(() => this.#write(content));
    this.#last = turn.catch(() => {});
    await turn;
  }

  /** Whether it is kept under this key. */
  is(key: string): boolean {
    return key === this.#address.key;
  }

  /** Removes it, when the result is published. */
  async remove(): Promise<void> {
    await this.#last;
    await this.#objects.delete(this.#address);
  }

  async #write(content: Inheritance): Promise<void> {
    const body = this.#compose(content);
    const own = this.#writes;
    for (let round = 0; ; round++) {
      if (this.superseded) throw this.superseded;
      try {
        this.#etag = await this.#put(body, this.#etag);
        return;
      } catch (error) {
        await retriable(error, round);
      }
      const found = await this.#objects.get(this.#address);
      const entry = found && this.#read(found);
      if (entry?.writer !== this.#writer) throw this.#supersede(entry);
      // Ours: this write arrived and its answer was lost, or an earlier one did that was believed to have failed.
      this.#etag = found?.etag;
      if (entry.write === own) return;
    }
  }

  #put(body: string, replaces: string | undefined): Promise<string> {
    const condition = replaces === undefined ? 'absent' : { etag: replaces };
    return this.#objects.put(this.#address, body, { contentType: 'application/json', condition });
  }

  /** The entry's JSON around a content that is JSON already. */
  #compose(content: Inheritance): string {
    this.#writes++;
    const head = { launch: this.#launch, writer: this.#writer, write: this.#writes, at: new Date().toISOString() };
    const members = Object.entries(content).map(([name, text]) => `,"${name}":${text}`);
    return `${JSON.stringify(head).slice(0, -1)}${members.join('')}}`;
  }

  #read({ body }: StoredObject): Entry {
    const { bucket, key } = this.#address;
    try {
      const entry = JSON.parse(new TextDecoder().decode(body)) as Entry;
      if (typeof entry.launch?.execution === 'string') return entry;
    } catch (error) {
      throw new Error(`The checkpoint s3://${bucket}/${key} cannot be read: ${error}`, { cause: error });
    }
    throw new Error(`The checkpoint s3://${bucket}/${key} was not written by Longhaul: it has no "launch"`);
  }

  #supersede(by: Entry | undefined): SupersededError {
    this.superseded ??= new SupersededError(
      by
        ? `${describeLaunch(this.#launch)} was superseded by ${describeLaunch(by.launch)}, which took over at ${by.at}`
        : `${describeLaunch(this.#launch)} lost its checkpoint: another start finished the execution, or somebody deleted it`,
    );
    return this.superseded;
  }
}

/** Returns when a refused write may be tried again; throws what is no refusal, or one too many. */
async function retriable(error: unknown, round: number): Promise<void> {
  if (!(error instanceof ConditionError) || round >= ROUNDS) throw error;
  // Two that collided must not do so again: each waits for a time of its own, up to a second.
  if (error.outcome === 'conflict') await sleep(Math.min(1000, 20 * 2 ** round) * (0.5 + Math.random() / 2));
}
