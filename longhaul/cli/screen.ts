import { SingleBar } from 'cli-progress';
import type { ProgressReport } from '../runtime/progress.ts';
import { percent, progressInWords } from './progress-words.ts';
import { harmless, paint } from './terminal.ts';
import { duration } from './words.ts';

export type Progress = Pick<ProgressReport, 'done' | 'total' | 'message'>;

/** Where the news of an execution go: lines, and how far it is. */
export interface Screen {
  say(line: string): void;
  progress(progress: Progress): void;
  close(): void;
}

/** Lines above a bar that stays below them. */
export function barScreen(): Screen {
  let shown: Progress | undefined;
  const time = remaining();
  const bar = new SingleBar({
    format: () => (shown ? barLine(shown, time(shown), process.stdout.columns || 80) : ''),
    clearOnComplete: true,
    hideCursor: true,
    gracefulExit: false, // Ctrl-C is for whoever follows
    stream: process.stdout,
  });
  let active = false;
  const start = () => {
    active = true;
    bar.start(1, 0);
  };
  const stop = () => {
    if (active) bar.stop();
    active = false;
  };
  return {
    say(line) {
      stop();
      process.stdout.write(`${harmless(line)}\n`);
      if (shown) start();
    },
    progress(progress) {
      shown = progress;
      if (active) bar.update(0);
      else start();
    },
    close: stop,
  };
}

/** Where there is no terminal: a line for each tenth, or each minute where nobody knows how much there is. */
export function lineScreen(): Screen {
  let tenth = -1;
  let said = 0;
  const say = (line: string) => process.stdout.write(`${line}\n`);
  return {
    say,
    progress(progress) {
      const now = progress.total
        ? Math.floor(percent(progress.done, progress.total) / 10)
        : Math.floor(Date.now() / 60_000);
      if (now === tenth && said > 0) return;
      tenth = now;
      said += 1;
      say(progressInWords(progress));
    },
    close() {},
  };
}

/** Shows nothing: the end is what counts. */
export const noScreen: Screen = { say() {}, progress() {}, close() {} };

/** `████████░░░░ 45 %: 4,500 of 10,000, reading, 12 s left`, no longer than the terminal is wide. */
export function barLine(progress: Progress, secondsLeft: number | undefined, columns: number): string {
  const left = secondsLeft === undefined ? '' : `, ${duration(secondsLeft * 1000)} left`;
  const text = harmless(`${progressInWords(progress)}${left}`);
  const room = columns - 1;
  if (!progress.total) return cut(text, room);
  const width = Math.max(10, Math.min(40, room - text.length - 1));
  const full = Math.round((width * percent(progress.done, progress.total)) / 100);
  return `${paint('cyan', '█'.repeat(full))}${'░'.repeat(width - full)} ${cut(text, room - width - 1)}`;
}

const cut = (text: string, room: number): string =>
  text.length > room ? `${text.slice(0, Math.max(0, room - 1))}…` : text;

/** Seconds that are left at the pace since the first look; undefined while nobody can tell. An earlier place begins anew. */
function remaining(): (progress: Progress) => number | undefined {
  let first: { done: number; at: number } | undefined;
  return ({ done, total }) => {
    const now = Date.now();
    if (!first || done < first.done) first = { done, at: now };
    const seconds = (now - first.at) / 1000;
    if (!total || seconds < 3 || done === first.done) return undefined;
    return Math.max(0, ((total - done) * seconds) / (done - first.done));
  };
}
