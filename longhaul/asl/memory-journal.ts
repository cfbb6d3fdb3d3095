import type { HistoryEvent, Journal, Json } from './host.ts';

/** A journal that lasts as long as the process. */
export class MemoryJournal implements Journal {
  readonly #positions = new Map<string, Json>();
  readonly #onEvent: ((event: HistoryEvent) => void) | undefined;
  #lastEventId = 0;

  constructor(onEvent?: (event: HistoryEvent) => void) {
    this.#onEvent = onEvent;
  }

  load(path: string): Json | undefined {
    return this.#positions.get(path);
  }

  save(path: string, position: Json): void {
    this.#positions.set(path, position);
  }

  clear(path: string): void {
    for (const known of this.#positions.keys()) if (known.startsWith(path)) this.#positions.delete(known);
  }

  record(event: HistoryEvent): void {
    this.#lastEventId = event.id;
    this.#onEvent?.(event);
  }

  lastEventId(): number {
    return this.#lastEventId;
  }
}
