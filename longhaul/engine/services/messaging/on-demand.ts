import { existsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Service } from '../../endpoint/index.ts';
import { OnDemand } from '../on-demand.ts';
import { Messaging, type MessagingOptions, messagingServices } from './messaging.ts';

export interface MessagingOnDemandOptions extends MessagingOptions {
  /** Creates what the template declares; it is on disk as a whole or not at all. */
  declare(messaging: Messaging): void;
  /** Begins to take messages to functions; `close` ends that. */
  read(messaging: Messaging): { close(): void };
}

/** SQS, SNS and STS, opened when somebody first asks one of them: fauxqs takes long to load. */
export class MessagingOnDemand {
  readonly services: Service[];
  readonly #options: MessagingOnDemandOptions;
  readonly #messaging: OnDemand<Messaging>;
  #reading: { close(): void } | undefined;
  #readsNoMore = false;

  constructor(options: MessagingOnDemandOptions) {
    this.#options = options;
    this.#messaging = new OnDemand(`SQS and SNS in ${options.dataDirectory}`, () => this.#open());
    this.services = messagingServices(async (request, response) => (await this.open()).handle(request, response));
  }

  /** @throws ServiceError when it cannot be opened, or when the engine is stopping */
  open(): Promise<Messaging> {
    return this.#messaging.get();
  }

  /** Whether an earlier start left messages, which wait for functions or for others. */
  holdsMessages(): boolean {
    const file = path.join(this.#options.dataDirectory, 'fauxqs.db');
    if (!existsSync(file)) return false;
    const db = new DatabaseSync(file);
    try {
      return db.prepare('SELECT 1 FROM sqs_messages LIMIT 1').get() !== undefined;
    } catch {
      // To open it will say what is wrong with it.
      return true;
    } finally {
      db.close();
    }
  }

  /** Takes no more messages to functions. */
  stopReading(): void {
    this.#readsNoMore = true;
    this.#reading?.close();
  }

  /** Ends waiting receivers and closes the store. */
  async close(): Promise<void> {
    await (await this.#messaging.end())?.close();
  }

  async #open(): Promise<Messaging> {
    const messaging = await Messaging.open(this.#options);
    try {
      messaging.together(() => this.#options.declare(messaging));
      if (!this.#readsNoMore) this.#reading = this.#options.read(messaging);
      return messaging;
    } catch (error) {
      await messaging.close();
      throw error;
    }
  }
}
