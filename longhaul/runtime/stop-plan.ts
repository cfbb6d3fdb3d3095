/** Milliseconds after SIGTERM. */
export interface StopPlan {
  /** Until then the handler may finish what it is at. */
  handler: number;
  /** By then everything is written, or given up. The rest is for the process to end in. */
  end: number;
}

/**
 * Divides the time between SIGTERM and SIGKILL: the last third, at most ten seconds of it, is for saving the checkpoint, and
 * of those the last two seconds at most for the end.
 */
export function planStop(stopTimeoutSeconds: number): StopPlan {
  const total = stopTimeoutSeconds * 1000;
  return { handler: total - Math.min(10_000, total / 3), end: total - Math.min(2000, total / 10) };
}

/** Resolves when as many milliseconds have passed since the abort as `delay` says of its reason. */
export function afterAbort(signal: AbortSignal, delay: (reason: unknown) => number): Promise<void> {
  return new Promise((resolve) => {
    const abort = () => {
      setTimeout(resolve, delay(signal.reason)).unref();
    };
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
