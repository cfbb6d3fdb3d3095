/** What the exit codes of a job say: docs/jobs.md, "Exit codes". */
const MEANINGS: Record<number, string> = {
  0: 'done',
  65: 'it can never work',
  75: 'interrupted, with its checkpoint saved',
  76: 'a newer start took over',
  124: 'out of time',
  137: 'killed, or out of memory',
  143: 'ended by SIGTERM',
};

/** In words; undefined for a code that only its job knows. */
export const meaningOf = (exitCode: number): string | undefined => MEANINGS[exitCode];
