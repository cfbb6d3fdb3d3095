import { execFileSync, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { app } from '../end-to-end/engine.ts';

/** Whether terminals can be had here. */
export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

export interface Terminal {
  /** What a person sees; lines that the terminal broke are put together again. */
  screen(): string;
  /** The same with the terminal's codes for colours. */
  colours(): string;
  press(key: string): void;
}

/** `longhaul …` in a terminal of this width, which stays after the command's end and shows its exit code: `[0]`. */
export function terminal(columns: number, environment: Record<string, string>, ...args: string[]): Terminal {
  const server = `longhaul-${randomUUID()}`; // of its own, which ends with the test
  const tmux = (...words: string[]) =>
    execFileSync('tmux', ['-L', server, '-f', '/dev/null', ...words], { encoding: 'utf8' });
  const words = [process.execPath, path.join(app, 'longhaul/cli/main.ts'), ...args];
  // Ctrl-C is for the command, not for the shell that shows how it ended.
  const command = `trap : INT; ${words.map((word) => `'${word}'`).join(' ')}; echo "[$?]"; sleep 1000`;
  const variables = Object.entries({ TERM: 'screen-256color', ...environment }).flatMap(([name, value]) => [
    '-e',
    `${name}=${value}`,
  ]);
  tmux(
    'new-session',
    '-d',
    '-x',
    String(columns),
    '-y',
    '50',
    ...variables,
    'env',
    '-u',
    'CI',
    '-u',
    'FORCE_COLOR',
    'sh',
    '-c',
    command,
  );
  onTestFinished(() => void tmux('kill-server'));
  return {
    screen: () => tmux('capture-pane', '-p', '-J'),
    colours: () => tmux('capture-pane', '-p', '-e'),
    press: (key) => void tmux('send-keys', key),
  };
}
