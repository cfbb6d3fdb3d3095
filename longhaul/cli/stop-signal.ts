import type { EventEmitter } from 'node:events';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** npm passes a Ctrl-C on to its child, which has had it from the terminal already. */
const ONE_CTRL_C_MS = 1_000;

/**
 * Resolves at the first signal that tells a program to end.
 *
 * @param signals - `process`, on which they are emitted
 * @param again - called for the next one: the second Ctrl-C ends at once, as every program's should
 * @param names - of the signals that count
 */
export function stopSignal(
  signals: EventEmitter,
  again: (signal: NodeJS.Signals) => void,
  names: readonly NodeJS.Signals[] = SIGNALS,
): Promise<void> {
  let first: number | undefined;
  return new Promise((resolve) => {
    for (const signal of names) {
      signals.on(signal, () => {
        first ??= performance.now();
        if (performance.now() - first < ONE_CTRL_C_MS) resolve();
        else again(signal);
      });
    }
  });
}
