import { setTimeout as sleep } from 'node:timers/promises';
import { Command } from 'commander';
import type { ExecutionDescription } from '../client/describe.ts';
import type { Driver } from '../client/driver.ts';
import { LONGEST_STOP_SECONDS } from '../client/resumption.ts';
import { onExecution } from './command.ts';
import { deploymentOptions } from './deployment.ts';
import { EXECUTION } from './execution-id.ts';
import { commandLine } from './hints.ts';
import { statusWord } from './status.ts';
import { paint, print, printJson } from './terminal.ts';

interface Options {
  reason?: string;
  wait: boolean;
}

/** `longhaul stop ID`: ends an execution and its container, which saves its checkpoint first. */
export function stopCommand(): Command {
  const command = new Command('stop')
    .description('Stop an execution: its container saves its checkpoint and ends.')
    .argument(...EXECUTION)
    .option('--reason <text>', 'why; shown with the execution')
    .option('--no-wait', 'do not wait for the container to end');
  return deploymentOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  longhaul stop csv-report-2c26b46b
  longhaul stop 2c26 --reason 'wrong file'
  longhaul stop 2c26 --no-wait

To go on from the checkpoint: longhaul resume ID.`,
    )
    .action(
      onExecution<Options>(async ({ id, driver }, options) => {
        const before = await driver.describe(id);
        if (before.status !== 'RUNNING') {
          if (options.json) return printJson(before);
          return print(`${id} had ended already: ${statusWord(before.status)}.`);
        }
        await driver.stop(id, options.reason);
        if (!options.json) print(`Stopped ${paint('bold', id)}`);
        const after = options.wait ? await containerEnded(driver, id) : await driver.describe(id);
        if (options.json) return printJson(after);
        if (options.wait) print(ended(after));
        print(paint('dim', `  ${commandLine('resume', id, options)}`));
      }),
    );
}

/** The execution as it is when its container has ended, or when that takes longer than it can. */
async function containerEnded(driver: Driver, id: string): Promise<ExecutionDescription> {
  const deadline = Date.now() + LONGEST_STOP_SECONDS * 1000;
  for (;;) {
    const now = await driver.describe(id);
    if (!isAlive(now.container) || Date.now() > deadline) return now;
    await sleep(500);
  }
}

/** What Batch and ECS call a container that has ended. */
export function isAlive(container: ExecutionDescription['container']): boolean {
  return container !== undefined && !['SUCCEEDED', 'FAILED', 'STOPPED'].includes(container.status);
}

function ended({ container }: ExecutionDescription): string {
  if (!container) return 'No container was running.';
  if (isAlive(container)) return `Its container still stops (${container.status}); 'show' says when it has ended.`;
  if (container.exitCode === 75) return 'Its container has ended, with its checkpoint saved.';
  if (container.exitCode === 0) return 'Its container had just finished its work.';
  const code = container.exitCode === undefined ? 'before it ran' : `with exit code ${container.exitCode}`;
  return `Its container has ended ${code}; what it saved before is kept.`;
}
