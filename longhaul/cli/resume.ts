import { Command } from 'commander';
import { onExecution } from './command.ts';
import { deploymentOptions } from './deployment.ts';
import { EXECUTION } from './execution-id.ts';
import { FOLLOW, followExecution, NO_LOGS } from './follow-execution.ts';
import { waysToWatch } from './hints.ts';
import { isAlive } from './stop.ts';
import { paint, print, printJson } from './terminal.ts';

interface Options {
  follow?: boolean;
  logs?: boolean;
}

/** `longhaul resume ID`: a new execution on the artifacts of one that ended without success. */
export function resumeCommand(): Command {
  const command = new Command('resume')
    .description('Go on with an execution that failed or was stopped, from its last checkpoint.')
    .argument(...EXECUTION)
    .option(...FOLLOW)
    .option(...NO_LOGS);
  return deploymentOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  longhaul resume csv-report-2c26b46b
  longhaul resume 2c26 --follow

It is a new execution, ID-r1 (then ID-r2, …), with the same event and artifacts.
It begins when the container of the old one has ended, so that its last
checkpoint counts.

Exit codes with --follow are those of 'longhaul run --follow'.`,
    )
    .action(
      onExecution<Options>(async ({ id, driver, deployment }, options) => {
        const { status, container } = await driver.describe(id);
        if (!options.json && status !== 'RUNNING' && isAlive(container)) {
          print('Its container still stops: waiting for its last checkpoint.');
        }
        const { id: next, started } = await driver.resume(id);
        if (!options.json) print(`${started ? 'Resumed as' : 'It had been resumed before, as'} ${paint('bold', next)}`);
        if (options.follow) return followExecution(driver, next, deployment, options);
        if (options.json) return printJson({ id: next, resumes: id, started });
        print(waysToWatch(next, options));
      }),
    );
}
