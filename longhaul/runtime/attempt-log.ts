import { describeError, type Log } from './log.ts';
import { EXIT_CODES, type Outcome } from './outcome.ts';

/** The last line of a start that is not done: `error` ended the handler, `decided` is why. */
export function logEnd(log: Log, outcome: Outcome, { error, decided }: { error: unknown; decided: unknown }): void {
  const exitCode = EXIT_CODES[outcome];
  const { message } = describeError(decided);
  if (outcome === 'superseded') {
    log.error(`Stopped without writing anything more: ${message}`, { exitCode });
  } else if (outcome === 'interrupted') {
    const also = error === decided ? {} : { error };
    log.warn(`Interrupted: ${message}. The next start continues from the checkpoint`, { exitCode, ...also });
  } else {
    log.error(`Job ${outcome}: ${message}`, { exitCode, error: decided });
  }
}
