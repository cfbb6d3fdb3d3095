import { Command } from 'commander';
import { onDeployment } from './command.ts';
import { type DeploymentOptions, deploymentOptions, driverOf } from './deployment.ts';
import { describedInWords } from './described.ts';
import { wholeId } from './execution-id.ts';
import { print, printJson } from './terminal.ts';

/** `longhaul show ID`: all that can be said of an execution. */
export function showCommand(): Command {
  return deploymentOptions(
    new Command('show')
      .description('An execution: how it stands, where it runs, why it waits or failed, what it delivered.')
      .argument('<id>', 'of the execution, or how it or its hash begins'),
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
      onDeployment<DeploymentOptions>(async (deployment, options, [typed]) => {
        const driver = await driverOf(deployment);
        const description = await driver.describe(await wholeId(driver, typed!));
        if (options.json) return printJson(description);
        print(describedInWords(description, options));
      }),
    );
}
