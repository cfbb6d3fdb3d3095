import { EXIT } from './exit-codes.ts';
import { stopSignal } from './stop-signal.ts';

/** Aborted at the first Ctrl-C; the second one ends the process at once. */
export function onInterrupt(): { signal: AbortSignal } {
  const controller = new AbortController();
  const ctrlC = stopSignal(process, () => process.exit(EXIT.interrupted), ['SIGINT']);
  void ctrlC.then(() => controller.abort(new Error('Interrupted')));
  return { signal: controller.signal };
}
