import { Command, Option } from 'commander';
import type { Driver } from '../client/driver.ts';
import { onExecution } from './command.ts';
import { deploymentOptions } from './deployment.ts';
import { ControlError, control } from './engine-control.ts';
import { EXECUTION } from './execution-id.ts';
import { print, printJson } from './terminal.ts';

interface Options {
  how: 'notice' | 'crash' | 'cut-off';
}

interface Interrupted {
  executionId: string;
  how: Options['how'];
  /** Of the container that is gone, in seconds. */
  ranFor: number;
}

const ON_AWS = `On AWS nobody but AWS takes Spot capacity away. To try it there, use AWS Fault
Injection Service: the action aws:ecs:stop-task for tasks on Fargate, and
aws:ec2:send-spot-instance-interruptions for EC2 instances.`;

const SAID: Record<Options['how'], string> = {
  notice: 'was told to stop and has ended',
  crash: 'was killed',
  'cut-off': 'counts as lost, and runs on',
};

/** `longhaul interrupt ID`: takes away the Spot capacity of an execution, on the engine. */
export function interruptCommand(): Command {
  return deploymentOptions(
    new Command('interrupt')
      .description('Take the Spot capacity of a running execution away, to see what its job does. The engine only.')
      .argument(...EXECUTION)
      .addOption(
        new Option(
          '--how <how>',
          'SIGTERM and time to save; SIGKILL; or a host that is lost while its container runs on',
        )
          .choices(['notice', 'crash', 'cut-off'])
          .default('notice'),
      ),
  )
    .addHelpText(
      'after',
      `
Examples:
  longhaul interrupt csv-report-5f0c1e8a
  longhaul interrupt 5f0c1e8a --how crash

It answers when the container is gone. The execution goes on:
longhaul show ID, longhaul logs ID --follow.

${ON_AWS}`,
    )
    .action(
      onExecution<Options>(async ({ id, driver, deployment: { engine } }, { how, json }) => {
        if (!engine) throw new Error(ON_AWS);
        const interrupted = await control<Interrupted>(engine, `interrupt/${encodeURIComponent(id)}`, { how }).catch(
          async (error: unknown) => {
            if (error instanceof ControlError && error.code === 'NotRunning') throw await whyNot(driver, id);
            throw error;
          },
        );
        if (json) return printJson(interrupted);
        const ran = `${interrupted.ranFor.toFixed(1)} seconds`;
        print(
          `Its capacity was taken away: the container, which had run for ${ran}, ${SAID[how]}. The execution goes on.`,
        );
      }),
    );
}

/** Why no container of an execution runs. */
async function whyNot(driver: Driver, id: string): Promise<Error> {
  const { status, stoppedAt } = await driver.describe(id);
  if (status !== 'RUNNING') return new Error(`'${id}' does not run: it ended ${status} at ${stoppedAt}.`);
  return new Error(
    `No container of '${id}' runs at this moment: it waits to be started, or for capacity. Try again in a moment.`,
  );
}
