import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { app } from './engine.ts';

export interface Running {
  child: ChildProcess;
  /** stdout and stderr so far. */
  output(): string;
  /** Resolves when the output has `text`; rejects when the process ends before. */
  says(text: string | RegExp): Promise<void>;
  /** Exit code, or the signal's name. */
  ended: Promise<number | string>;
}

/** A Node.js script of the project as a process of its own; killed at the end of the test if it is still there. */
export function node(script: string, ...args: string[]): Running {
  return run(app, process.execPath, script, ...args);
}

/** Any program in any folder, with this Node.js first in its PATH; killed as above. */
export function run(directory: string, program: string, ...args: string[]): Running {
  const PATH = `${path.dirname(process.execPath)}${path.delimiter}${process.env.PATH}`;
  const env = { ...process.env, PATH, FORCE_COLOR: undefined };
  const child = spawn(program, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  let text = '';
  const listeners = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      for (const listener of listeners) listener();
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.on('close', (code, signal) => resolve(code ?? signal ?? ''));
  });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  return {
    child,
    ended,
    output: () => text,
    says: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!text.match(wanted)) return;
          listeners.delete(look);
          resolve();
        };
        listeners.add(look);
        look();
        ended.then((code) => reject(new Error(`It ended with ${code} and said:\n${text}`)));
      }),
  };
}
