import { ServiceError } from '../endpoint/service.ts';

/** Something that is opened when it is first needed. When that fails, the request that needs it fails, and the next one tries again. */
export class OnDemand<T> {
  readonly #open: () => Promise<T>;
  readonly #what: string;
  #opened: Promise<T> | undefined;
  #hasEnded = false;

  /** @param what - for the error: `DynamoDB in /data/tables` */
  constructor(what: string, open: () => Promise<T>) {
    this.#what = what;
    this.#open = open;
  }

  /** @throws ServiceError when it cannot be opened, or when the engine is stopping */
  async get(): Promise<T> {
    if (this.#hasEnded) throw unavailable(`${this.#what}: the local engine is stopping.`);
    this.#opened ??= this.#open().catch((error: Error) => {
      this.#opened = undefined;
      throw unavailable(`${this.#what} cannot be opened: ${error.message}`);
    });
    return this.#opened;
  }

  /** Opens nothing any more. @returns what is open */
  async end(): Promise<T | undefined> {
    this.#hasEnded = true;
    return this.#opened?.catch(() => undefined);
  }
}

const unavailable = (message: string) => new ServiceError('ServiceUnavailable', message, 503);
