import { styleText } from 'node:util';
import { EXIT } from './exit-codes.ts';

type Style = Parameters<typeof styleText>[0];

/** Columns that output may take; undefined where it is no terminal: then nothing is cut. */
export function terminalWidth(): number | undefined {
  return process.stdout.isTTY ? process.stdout.columns || 80 : undefined;
}

/** Text in a colour, on a terminal that shows colours. `NO_COLOR` and `FORCE_COLOR` are heeded, by Node.js. */
export function paint(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** The same for what goes to stderr. */
export function paintError(style: Style, text: string): string {
  return styleText(style, text, { stream: process.stderr });
}

/**
 * Logs, names and reasons are written by others, and may hold what a terminal obeys: to overwrite lines, or to fill the clipboard. All
 * of it but colours is shown instead.
 */
export function harmless(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be printed
  return text.replace(/\u001b\[[\d;]*m|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, (found) => {
    if (found.length > 1) return found;
    return found < ' ' ? String.fromCharCode(0x2400 + found.charCodeAt(0)) : '\ufffd'; // ␛
  });
}

/** A line to stdout; as it is where nobody looks at it. */
export function print(text: string): void {
  process.stdout.write(`${process.stdout.isTTY ? harmless(text) : text}\n`);
}

/** One JSON document; what `--json` prints. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** One line of JSON Lines, for what has no end. */
export function printJsonLine(value: unknown): void {
  print(JSON.stringify(value));
}

/**
 * Whoever read the output may be gone (`| head`): then there is nobody to tell anything, and nothing went wrong. What cannot be
 * written for another reason (a full disk) ends the command with that.
 */
export function endQuietlyWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') process.exit(EXIT.ok);
      process.stderr.write(`longhaul: what there is to say cannot be written: ${error.message}\n`);
      process.exit(EXIT.failed);
    });
  }
}
