import { Command } from 'commander';
import type { LogLine } from '../client/driver.ts';
import { follow } from '../client/follow.ts';
import { onExecution } from './command.ts';
import { deploymentOptions } from './deployment.ts';
import { EXECUTION } from './execution-id.ts';
import { EXIT } from './exit-codes.ts';
import { onInterrupt } from './interrupted.ts';
import { readableLine } from './log-line.ts';
import { paint, print, printJsonLine } from './terminal.ts';

interface Options {
  follow?: boolean;
  raw?: boolean;
}

/** `longhaul logs ID`: what all containers of an execution wrote. */
export function logsCommand(): Command {
  const command = new Command('logs')
    .description('What an execution wrote, over all its launches.')
    .argument(...EXECUTION)
    .option('-f, --follow', 'go on with what comes, until the execution ends')
    .option('--raw', 'lines as they were written');
  return deploymentOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  longhaul logs csv-report-2c26b46b
  longhaul logs 2c26 -f
  longhaul logs 2c26 --raw | jq 'select(.level == "ERROR")'
  longhaul logs 2c26 --json | jq -r .message

With --json each line is an object on a line of its own: { at, message,
launch }. Ctrl-C ends the following, not the job.`,
    )
    .action(
      onExecution<Options>(async ({ id, driver, deployment }, options) => {
        const stopped = onInterrupt();
        let launch = 1;
        try {
          const pollSeconds = deployment.engine ? 0.5 : 5;
          for await (const line of follow(driver, id, {
            follow: options.follow === true,
            signal: stopped.signal,
            pollSeconds,
          })) {
            if (!options.json && !options.raw && line.launch !== launch) print(separator(line.launch));
            launch = line.launch;
            show(line, options);
          }
        } catch (error) {
          if (stopped.signal.aborted) return EXIT.interrupted;
          throw error;
        }
      }),
    );
}

function show(line: LogLine, { json, raw }: Options & { json?: boolean }): void {
  if (json) printJsonLine(line);
  else print(raw ? line.message.replace(/\r?\n$/, '') : readableLine(line.at, line.message));
}

/** Between what one container wrote and what the next one did. */
export function separator(launch: number): string {
  return paint('dim', `──── launch ${launch} ────`);
}
