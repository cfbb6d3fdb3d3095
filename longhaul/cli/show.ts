import { Command } from 'commander';
import { onExecution } from './command.ts';
import { deploymentOptions } from './deployment.ts';
import { describedInWords } from './described.ts';
import { EXECUTION } from './execution-id.ts';
import { print, printJson } from './terminal.ts';

/** `longhaul show ID`: all that can be said of an execution. */
export function showCommand(): Command {
  return deploymentOptions(
    new Command('show')
      .description('An execution: how it stands, where it runs, why it waits or failed, what it delivered.')
      .argument(...EXECUTION),
  )
    .addHelpText(
      'after',
      `
Examples:
  longhaul show csv-report-2c26b46b
  longhaul show 2c26 --json | jq .result
  longhaul show 2c26 --stack longhaul-production`,
    )
    .action(
      onExecution(async ({ id, driver }, options) => {
        const description = await driver.describe(id);
        if (options.json) return printJson(description);
        print(describedInWords(description, options));
      }),
    );
}
