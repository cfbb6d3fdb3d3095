import type { Command } from 'commander';
import type { Driver } from '../client/driver.ts';
import { type Deployment, type DeploymentOptions, driverOf, findDeployment } from './deployment.ts';
import { wholeId } from './execution-id.ts';
import { EXIT, UsageError } from './exit-codes.ts';
import { explain } from './explain.ts';
import { endQuietlyWithoutReader, paintError } from './terminal.ts';

/** Gives an exit code, or nothing for `EXIT.ok`. */
export type Ending = Promise<unknown>;

/** The full name of a command: `dead-letters list`. */
function fullName(command: Command): string {
  const parent = command.parent;
  return parent?.parent ? `${fullName(parent)} ${command.name()}` : command.name();
}

/** Says on stderr why a command could not do it, and what to do next; the process ends with the code for that. */
export function fail(command: Command, error: unknown): void {
  const usage = error instanceof UsageError;
  process.stderr.write(
    `${paintError('red', `longhaul ${fullName(command)}:`)} ${explain(error, command.opts<DeploymentOptions>())}\n`,
  );
  process.exitCode = usage ? EXIT.usage : EXIT.failed;
}

/** An action whose errors end the command with an explanation. It may give an exit code. */
export function action<Options>(
  act: (options: Options, args: (string | undefined)[], command: Command) => Ending,
): (...given: unknown[]) => Promise<void> {
  return async (...given) => {
    const command = given.at(-1) as Command;
    endQuietlyWithoutReader();
    try {
      const code = await act(command.opts() as Options, command.processedArgs, command);
      if (typeof code === 'number') process.exitCode = code;
    } catch (error) {
      fail(command, error);
    }
  };
}

/** An action that has found where it works, by the options of `deploymentOptions`. */
export function onDeployment<Options>(
  act: (deployment: Deployment, options: Options & DeploymentOptions, args: (string | undefined)[]) => Ending,
): (...given: unknown[]) => Promise<void> {
  return action<Options & DeploymentOptions>(async (options, args) =>
    act(await findDeployment(options), options, args),
  );
}

/** The execution that a command is about. */
export interface Meant {
  id: string;
  driver: Driver;
  deployment: Deployment;
}

/** An action on the execution that the first argument means: see `EXECUTION`. */
export function onExecution<Options>(
  act: (execution: Meant, options: Options & DeploymentOptions) => Ending,
): (...given: unknown[]) => Promise<void> {
  return onDeployment<Options>(async (deployment, options, [typed = '']) => {
    const driver = await driverOf(deployment);
    return act({ id: await wholeId(driver, typed), driver, deployment }, options);
  });
}
