import { setTimeout as sleep } from 'node:timers/promises';
import type { ExecutionDescription } from '../client/describe.ts';
import type { Driver } from '../client/driver.ts';
import type { Deployment, DeploymentOptions } from './deployment.ts';
import { EXIT } from './exit-codes.ts';
import { commandLine, whatResumeDoes } from './hints.ts';
import { onInterrupt } from './interrupted.ts';
import { readableLine } from './log-line.ts';
import { separator } from './logs.ts';
import { newsOf } from './news.ts';
import { progressOf } from './progress-words.ts';
import { barScreen, lineScreen, noScreen, type Screen } from './screen.ts';
import { jsonInShort } from './short-json.ts';
import { starts, statusWord } from './status.ts';
import { paint, print, printJson } from './terminal.ts';
import { duration } from './words.ts';

/** The options of commands that may follow what they start. */
export const FOLLOW = [
  '-f, --follow',
  'show progress and log until it has ended; Ctrl-C stops following, not the job',
] as const;
export const NO_LOGS = ['--no-logs', 'with --follow: progress only'] as const;

export interface FollowOptions extends DeploymentOptions {
  /** Whether log lines are shown. */
  logs?: boolean;
}

/**
 * Tells an execution's news until it has ended, and with which result or why.
 * @returns the exit code that says how it ended
 */
export async function followExecution(
  driver: Driver,
  id: string,
  deployment: Deployment,
  options: FollowOptions,
): Promise<number> {
  const screen = options.json ? noScreen : process.stdout.isTTY ? barScreen() : lineScreen();
  const { signal } = onInterrupt();
  try {
    const end = await untilItEnds(driver, id, screen, {
      logs: options.logs !== false && !options.json,
      // Each look is a handful of requests, which AWS throttles and the engine does not.
      pollMilliseconds: deployment.engine ? 500 : 3000,
      signal,
    });
    screen.close();
    if (options.json) printJson(end);
    else print(ending(end, options));
    return codeOf(end.status);
  } catch (error) {
    screen.close();
    if (!signal.aborted) throw error;
    process.stderr.write(
      `\nThe job goes on.${nextSteps(
        [commandLine('logs', id, options, '-f'), 'follows it again'],
        [commandLine('stop', id, options), 'stops it'],
      )}\n`,
    );
    return EXIT.interrupted;
  }
}

interface Manner {
  logs: boolean;
  pollMilliseconds: number;
  signal: AbortSignal;
}

async function untilItEnds(
  driver: Driver,
  id: string,
  screen: Screen,
  { logs, pollMilliseconds, signal }: Manner,
): Promise<ExecutionDescription> {
  const show = logs ? logShower(driver, id, screen) : undefined;
  let before: ExecutionDescription | undefined;
  for (;;) {
    signal.throwIfAborted();
    // Before the look that tells of a container's end, so that its last words stand above that.
    await show?.();
    const now = await driver.describe(id);
    for (const line of newsOf(before, now)) screen.say(paint('cyan', `▸ ${line}`));
    if (now.status !== 'RUNNING') {
      // What it wrote last may arrive after its end.
      while (show && !(await show())) await sleep(pollMilliseconds, undefined, { signal });
      return now;
    }
    const progress = progressOf(now.progress);
    if (progress) screen.progress(progress);
    before = now;
    await sleep(pollMilliseconds, undefined, { signal });
  }
}

/** Shows what was written since it was called last; says whether nothing can come any more. */
function logShower(driver: Driver, id: string, screen: Screen): () => Promise<boolean> {
  let cursor: string | undefined;
  let launch = 1;
  return async () => {
    for (;;) {
      const page = await driver.logs(id, cursor === undefined ? {} : { cursor });
      cursor = page.cursor;
      for (const line of page.lines) {
        if (line.launch !== launch) screen.say(separator(line.launch));
        launch = line.launch;
        screen.say(readableLine(line.at, line.message));
      }
      if (page.complete || page.lines.length === 0) return page.complete;
    }
  };
}

/** How it ended, and with what. */
function ending(end: ExecutionDescription, options: DeploymentOptions): string {
  const { id, status, startedAt, stoppedAt, result, error, reason, artifacts } = end;
  const took = duration(Date.parse(stoppedAt ?? startedAt) - Date.parse(startedAt));
  const line = paint('bold', [`${statusWord(status)} after ${took}`, starts(end)].filter(Boolean).join(', '));
  if (status === 'SUCCEEDED') {
    return [line, ...(result === undefined ? [] : [jsonInShort(result)]), paint('dim', artifacts)].join('\n');
  }
  const why = [error, reason].filter(Boolean).join(': ');
  return `${why ? `${line}\n${why}` : line}${nextSteps([commandLine('resume', id, options, '-f'), whatResumeDoes(error)])}`;
}

/** Commands on lines of their own, with what they do. */
function nextSteps(...steps: [command: string, does: string][]): string {
  const width = Math.max(...steps.map(([command]) => command.length));
  return steps.map(([command, does]) => `\n  ${command.padEnd(width)}   ${paint('dim', does)}`).join('');
}

function codeOf(status: ExecutionDescription['status']): number {
  if (status === 'SUCCEEDED') return EXIT.ok;
  return status === 'ABORTED' ? EXIT.jobStopped : EXIT.jobFailed;
}
