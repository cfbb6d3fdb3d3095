import { styleText } from 'node:util';

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

/** A line to stdout. */
export function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** One JSON document; what `--json` prints. */
export function printJson(value: unknown): void {
  print(JSON.stringify(value, null, 2));
}

/** One line of JSON Lines, for what has no end. */
export function printJsonLine(value: unknown): void {
  print(JSON.stringify(value));
}

/** Whoever read the output may be gone (`| head`): then there is nobody to tell anything, and nothing went wrong. */
export function endQuietlyWithoutReader(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      process.exit(0);
    });
  }
}
