import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { composeEntry, type Entry, type Inheritance, parseEntry, UnreadableCheckpointError } from './entry.ts';
import type { S3Address } from './environment.ts';
import { SupersededError } from './errors.ts';
import { describeLaunch, isLater, type Launch } from './launch.ts';
import { ConditionError, type ObjectStore } from './objects.ts';

/** Of looking again and retrying. A claim competes with an older start that still writes every few seconds, so two do as a rule. */
const ROUNDS = 20;

/**
 * The one object by which starts of the same execution exclude each other. Every start claims it with a write of its own, and
 * every later write says which content it replaces; so a container that lost its host but still runs cannot overwrite what
 * its successor wrote: S3 refuses its next write, and it learns that it was superseded.
 *
 * Before a checkpoint is replaced it is copied: `checkpoint/previous.json` is what a start falls back to.
 */
export class Fence {
  /** Set when a newer start has taken over: nothing may be written any more. */
  superseded: SupersededError | undefined;
  /** This process. */
  readonly writer = randomUUID();
  readonly #objects: ObjectStore;
  readonly #address: S3Address;
  readonly #previous: S3Address;
  readonly #launch: Launch;
  readonly #fellBack: (message: string) => void;
  #writes = 0;
  #etag: string | undefined;
  /** Whether the newest entry is a checkpoint that the next one must not simply replace. */
  #worthKeeping = false;
  /** What comes after the result is written is no checkpoint to go on from. */
  #hasResult = false;
  #last: Promise<unknown> = Promise.resolve();

  /** `fellBack` is told, in words, when a checkpoint cannot be read and which is used instead. */
  constructor(
    objects: ObjectStore,
    artifacts: S3Address,
    launch: Launch,
    fellBack: (message: string) => void = () => {},
  ) {
    this.#objects = objects;
    this.#address = { bucket: artifacts.bucket, key: `${artifacts.key}checkpoint/state.json` };
    this.#previous = { bucket: artifacts.bucket, key: `${artifacts.key}checkpoint/previous.json` };
    this.#launch = launch;
    this.#fellBack = fellBack;
  }

  /**
   * Takes over from every earlier start, and what it left.
   * @throws SupersededError when a later start was here before
   */
  async claim(): Promise<Inheritance> {
    for (let round = 0; ; round++) {
      const found = await this.#read(this.#address);
      const { etag } = found;
      const entry = found.unreadable ? await this.#before(found.unreadable) : found.entry;
      if (entry && isLater(entry.launch, this.#launch)) throw this.#supersede(entry);
      const { state, files, result } = entry ?? {};
      const inheritance = {
        ...(state !== undefined && { state }),
        ...(files && { files }),
        ...(result !== undefined && { result }),
      };
      try {
        this.#etag = await this.#put(this.#compose(inheritance), etag);
        // What was fallen back to is in previous.json already.
        this.#worthKeeping = isCheckpoint(inheritance) && !found.unreadable;
        return inheritance;
      } catch (error) {
        // Someone wrote in between, perhaps this very request whose answer was lost: the next round sees which.
        await retriable(error, round);
      }
    }
  }

  /**
   * What the checkpoint before the newest one holds, when nothing can be made of the newest; empty when there is none. The
   * next checkpoint then leaves it where it is.
   */
  async fallBack(reason: UnreadableCheckpointError): Promise<Inheritance> {
    this.#worthKeeping = false;
    return (await this.#before(reason)) ?? {};
  }

  /** The one fallen back to cannot be used either. */
  startOver(reason: UnreadableCheckpointError): void {
    this.#fellBack(`Neither can the one before it be read: ${reason.message}. ${FROM_THE_BEGINNING}`);
  }

  /** What the checkpoint before the newest one holds, if it can be read. */
  async previous(): Promise<Inheritance | undefined> {
    return (await this.#read(this.#previous)).entry;
  }

  /**
   * Writes the checkpoint or the result; one write at a time. After the result a checkpoint is left.
   * @throws SupersededError when a newer start has taken over
   */
  async write(content: Inheritance): Promise<void> {
    const turn = this.#last.then(() => this.#write(content));
    this.#last = turn.catch(() => {});
    await turn;
  }

  /**
   * Looks who wrote last, for what is said in the execution's name without a write that S3 could refuse: `superseded` is set
   * when another start has taken over. When S3 cannot be read nothing is known, as before.
   */
  async confirm(): Promise<void> {
    if (this.#etag === undefined) return;
    const found = await this.#read(this.#address).catch(() => undefined);
    if (found && found.entry?.writer !== this.writer) this.#supersede(found.entry);
  }

  /** Whether it is kept under this key. */
  is(key: string): boolean {
    return key === this.#address.key;
  }

  /** Removes it, when the result is published. One that another start has claimed is left: that start removes it. */
  async remove(): Promise<void> {
    await this.#last;
    for (let round = 0; ; round++) {
      try {
        return await this.#objects.delete(this.#address, this.#etag);
      } catch (error) {
        // 404: a delete that arrived and whose answer was lost, or another start was done first.
        if (error instanceof ConditionError && error.outcome === 'changed') return;
        await retriable(error, round);
      }
    }
  }

  async #write(content: Inheritance): Promise<void> {
    if (this.#hasResult && content.result === undefined) return;
    const body = this.#compose(content);
    const own = this.#writes;
    // A result needs no way back: without it the job goes on from the checkpoint before.
    let copy = this.#worthKeeping && isCheckpoint(content);
    for (let round = 0; ; round++) {
      if (this.superseded) throw this.superseded;
      try {
        if (copy) await this.#objects.copy(this.#address, this.#previous, this.#etag!);
        copy = false;
        this.#etag = await this.#put(body, this.#etag);
        break;
      } catch (error) {
        await retriable(error, round);
      }
      const { entry, etag } = await this.#read(this.#address);
      if (entry?.writer !== this.writer) throw this.#supersede(entry);
      // Ours: this write arrived and its answer was lost, or an earlier one did that was believed to have failed.
      this.#etag = etag;
      if (entry.write === own) break;
    }
    this.#worthKeeping = isCheckpoint(content);
    this.#hasResult = content.result !== undefined;
  }

  #put(body: string, replaces: string | undefined): Promise<string> {
    const condition = replaces === undefined ? 'absent' : { etag: replaces };
    return this.#objects.put(this.#address, body, { contentType: 'application/json', condition });
  }

  #compose(content: Inheritance): string {
    this.#writes++;
    const head = { launch: this.#launch, writer: this.writer, write: this.#writes, at: new Date().toISOString() };
    return composeEntry({ ...head, ...content });
  }

  async #read(address: S3Address): Promise<{ entry?: Entry; etag?: string; unreadable?: UnreadableCheckpointError }> {
    const found = await this.#objects.get(address);
    if (!found) return {};
    const { body, etag } = found;
    try {
      return { entry: parseEntry(body), etag };
    } catch (error) {
      if (error instanceof UnreadableCheckpointError) return { etag, unreadable: error };
      throw error;
    }
  }

  async #before(reason: UnreadableCheckpointError): Promise<Entry | undefined> {
    const { bucket, key } = this.#address;
    const what = `The checkpoint s3://${bucket}/${key} cannot be read: ${reason.message}`;
    const { entry, unreadable } = await this.#read(this.#previous);
    const instead = entry
      ? `The one before it is used, written at ${entry.at} by ${describeLaunch(entry.launch)}`
      : `${unreadable ? `Neither can the one before it: ${unreadable.message}` : 'There is none before it'}. ${FROM_THE_BEGINNING}`;
    this.#fellBack(`${what}. ${instead}`);
    return entry;
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

const FROM_THE_BEGINNING = 'The job starts from the beginning';

const isCheckpoint = ({ state, files }: Inheritance): boolean => state !== undefined || (files?.length ?? 0) > 0;

/** Returns when a refused write may be tried again; throws what is no refusal, or one too many. */
async function retriable(error: unknown, round: number): Promise<void> {
  if (!(error instanceof ConditionError) || round >= ROUNDS) throw error;
  // Two that collided must not do so again: each waits for a time of its own, up to a second.
  if (error.outcome === 'conflict') await sleep(Math.min(1000, 20 * 2 ** round) * (0.5 + Math.random() / 2));
}
