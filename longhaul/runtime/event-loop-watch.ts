/** Intervals without a turn of the event loop, after which that is said. */
const PATIENCE = 3;
/** A second, where checkpoints come more often. */
const SHORTEST_INTERVAL = 1000;

/** Notices a handler that does not let the event loop turn: then no timer runs, no write is sent and no signal is heard. */
export class EventLoopWatch {
  readonly #limit: number;
  readonly #busy: () => void;
  readonly #ticking: NodeJS.Timeout;
  #turned = performance.now();
  #told = false;

  /** `busy` is called once. */
  constructor(intervalMilliseconds: number, busy: () => void) {
    const interval = Math.max(SHORTEST_INTERVAL, intervalMilliseconds);
    this.#limit = PATIENCE * interval;
    this.#busy = busy;
    this.#ticking = setInterval(() => {
      this.#turned = performance.now();
    }, interval).unref();
  }

  /** Called from within the handler. */
  look(now: number): void {
    if (this.#told || now - this.#turned < this.#limit) return;
    this.#told = true;
    this.#busy();
  }

  close(): void {
    clearInterval(this.#ticking);
  }
}
