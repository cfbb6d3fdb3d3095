/** Aborted at the first Ctrl-C; the second one ends the process at once, as every program's should. */
export function onInterrupt(): { signal: AbortSignal } {
  const controller = new AbortController();
  process.once('SIGINT', () => controller.abort(new Error('Interrupted')));
  return { signal: controller.signal };
}
