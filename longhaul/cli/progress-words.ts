import type { ProgressReport } from '../runtime/progress.ts';

/** `progress.json`, or undefined when it is none of our runtimes'. */
export function progressOf(value: unknown): Pick<ProgressReport, 'done' | 'total' | 'message'> | undefined {
  const { done, total, message } = (value ?? {}) as Partial<ProgressReport>;
  if (typeof done !== 'number') return undefined;
  return {
    done,
    total: typeof total === 'number' ? total : null,
    message: typeof message === 'string' ? message : null,
  };
}

/** `45 %: 4,500 of 10,000, reading`; empty when the job has said nothing. */
export function progressInWords(value: unknown): string {
  const progress = progressOf(value);
  if (!progress) return '';
  const { done, total, message } = progress;
  const share = total ? `${percent(done, total)} %: ${number(done)} of ${number(total)}` : number(done);
  return [share, message].filter(Boolean).join(', ');
}

/** 0 to 100; 100 only when all is done. */
export function percent(done: number, total: number): number {
  if (total <= 0) return 0;
  return Math.max(0, Math.min(100, Math.floor((100 * done) / total)));
}

const number = (value: number): string => value.toLocaleString('en', { maximumFractionDigits: 2 });
