import { Command, Option } from 'commander';
import { onDeployment } from './command.ts';
import { type Deployment, deploymentOptions } from './deployment.ts';
import { ControlError, control } from './engine-control.ts';
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

const SAID: Record<Options['how'], string> = {
  notice: 'was told to stop, and ended',
  crash: 'was killed',
  'cut-off': 'counts as lost, and runs on',
};

/** `longhaul interrupt ID`: takes away the Spot capacity of an execution, on the engine. */
export function interruptCommand(): Command {
  return deploymentOptions(
    new Command('interrupt')
      .description('Take the Spot capacity of a running execution away, to see what its job does. The engine only.')
      .argument('<id>', 'of the execution')
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
  longhaul interrupt csv-report-5f0c1e8a2b7d4c6e9f1a3b5c7d9e0f12
  longhaul interrupt csv-report-5f0c1e8a2b7d4c6e9f1a3b5c7d9e0f12 --how crash

It answers when the container is gone. The execution goes on: longhaul show ID, longhaul logs ID --follow.

On AWS, EC2 and Fargate take Spot capacity away by themselves. To try it there for ECS, use AWS Fault Injection Service
(action aws:ecs:stop-task, or aws:ec2:send-spot-instance-interruptions where jobs run on EC2 instances).`,
    )
    .action(
      onDeployment<Options>(async (deployment, { how, json }, [id = '']) => {
        const { engine } = deployment;
        if (!engine) {
          throw new Error(
            'On AWS nobody can take Spot capacity away but AWS. AWS Fault Injection Service plays it: aws:ecs:stop-task for tasks on Fargate, ' +
              'aws:ec2:send-spot-instance-interruptions for EC2 instances.',
          );
        }
        const interrupted = await control<Interrupted>(engine, `interrupt/${encodeURIComponent(id)}`, { how }).catch(
          async (error: unknown) => {
            if (error instanceof ControlError && error.code === 'NotRunning') throw await whyNot(deployment, id);
            throw error;
          },
        );
        if (json) return printJson(interrupted);
        const ran = `${interrupted.ranFor.toFixed(1)} seconds`;
        print(`Its capacity was taken away: the container ${SAID[how]} after ${ran}. The execution goes on.`);
      }),
    );
}

/** Why no container of an execution runs. */
async function whyNot({ aws, outputs }: Deployment, id: string): Promise<Error> {
  const { DescribeExecutionCommand, SFNClient } = await import('@aws-sdk/client-sfn');
  const { executionArn } = await import('../client/stack.ts');
  const arn = executionArn({ stateMachineArn: outputs.StateMachineArn ?? '', artifactsBucket: '' }, id);
  try {
    const { status, stopDate } = await new SFNClient(aws).send(new DescribeExecutionCommand({ executionArn: arn }));
    if (status !== 'RUNNING')
      return new Error(`'${id}' does not run: it ended ${status} at ${stopDate?.toISOString()}.`);
    return new Error(
      `No container of '${id}' runs at this moment: it waits to be started, or for capacity. Try again in a moment.`,
    );
  } catch (error) {
    const { name } = error as Error;
    if (name === 'ExecutionDoesNotExist' || name === 'InvalidArn')
      return new Error(`There is no execution '${id}' here.`);
    return error as Error;
  }
}
