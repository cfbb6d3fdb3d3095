import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import path from 'node:path';
import type { JobSource } from './job-source.ts';

/**
 * Runs a job's command as a process of this terminal. Ctrl-C is the job's: it ends as at an interruption.
 *
 * @param out - where its output goes: 2, when stdout is for something else
 * @returns its exit code, 128 + n for one that signal n ended
 */
export async function runProcess(
  { command, directory }: JobSource,
  variables: Record<string, string | undefined>,
  out: 1 | 2,
): Promise<number> {
  const PATH = `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH ?? ''}`;
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: directory,
    env: { ...process.env, ...variables, PATH },
    stdio: ['inherit', out, 2],
  });
  // The terminal sends Ctrl-C to both; what only this process is sent is handed on.
  const ignore = () => {};
  const handOn = (signal: NodeJS.Signals) => void child.kill(signal);
  process.on('SIGINT', ignore).on('SIGTERM', handOn);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code, signal) => resolve(code ?? 128 + constants.signals[signal!]));
    });
  } finally {
    process.off('SIGINT', ignore).off('SIGTERM', handOn);
  }
}
