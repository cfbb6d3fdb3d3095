import { Argument, Command, InvalidArgumentError } from 'commander';
import { explainLoadFailure } from '../engine/load-failure.ts';
import { onDeployment } from './command.ts';
import { type Deployment, type DeploymentOptions, deploymentOptions, driverOf } from './deployment.ts';
import { readGiven, SOURCES } from './event/index.ts';
import type { Sent } from './event/source.ts';
import type { FoundExecution, Started } from './event/started.ts';
import { commandLine } from './hints.ts';
import { PROGRAM } from './program.ts';
import { paint, print, printJson } from './terminal.ts';

interface Options {
  schedule: string;
  wait: number;
}

/** `longhaul event SOURCE [FILE]`: sends an event to the service that events of this kind come from. */
export function eventCommand(): Command {
  const names = Object.keys(SOURCES);
  const list = Object.entries(SOURCES).map(([name, { description }]) => `  ${name.padEnd(12)} ${description}`);
  return deploymentOptions(
    new Command('event')
      .description('Send an event to the service that it comes from: the sample of events/, a file, or stdin.')
      .addArgument(new Argument('<source>', 'where events come from, see below').choices(names))
      .argument('[file]', 'an event as a function gets it, or what is sent itself; - for stdin')
      .option('--schedule <name>', 'which schedule, with the source schedule', 'ScheduleTriggerDue')
      .option('--wait <seconds>', 'how long to look for what it starts; 0 only sends', seconds, 30),
  )
    .addHelpText(
      'after',
      `
Sources:
${list.join('\n')}

Examples:
  longhaul event sqs
  longhaul event s3 data.csv
  echo '{"order":17}' | longhaul event sqs -
  longhaul event schedule --schedule Daily/ScheduleTriggerDue
  longhaul event sns note.json --stack longhaul-staging

Exit code: 0 when it started something, 1 when it was refused or nothing
started in time.
With --stack: ${names.filter((name) => SOURCES[name]!.onAws === true).join(', ')}.`,
    )
    .action(
      onDeployment<Options>(async (deployment, options, [name = '', file]) => {
        const source = SOURCES[name]!;
        if (!deployment.engine && source.onAws !== true) {
          throw new Error(`On AWS nothing is sent to '${name}': ${source.onAws}.`);
        }
        const given = source.sample
          ? await readGiven(source.sample, file)
          : { sample: true, bytes: Buffer.alloc(0), json: undefined };
        const { Started } = await import('./event/started.ts');
        const watch = await Started.watch(deployment);
        const sent = await source.send(given, deployment, options).catch(explainLoadFailure);
        const waits = options.wait > 0 || sent.id !== undefined;
        const executions = waits ? await startedBy(sent, watch, deployment, options.wait) : [];
        if (options.json) printJson({ source: name, to: sent.to, executions });
        else report(sent, executions, waits ? options.wait : undefined, options);
        return waits && executions.length === 0 ? 1 : 0;
      }),
    );
}

async function startedBy(sent: Sent, watch: Started, deployment: Deployment, wait: number): Promise<FoundExecution[]> {
  if (sent.id === undefined) return watch.by(sent, wait * 1000);
  const { job = '' } = await (await driverOf(deployment)).describe(sent.id);
  return [{ id: sent.id, job }];
}

function report(
  { to }: Sent,
  executions: FoundExecution[],
  waited: number | undefined,
  where: DeploymentOptions,
): void {
  print(`Sent to ${to}.`);
  if (waited === undefined) return;
  if (executions.length === 0) {
    print(
      `It has started nothing within ${waited} seconds. Does its trigger take it, and did it fail? ${PROGRAM} dead-letters`,
    );
    return;
  }
  for (const { id, job } of executions) print(`It started ${job}: ${paint('bold', id)}`);
  print(`\nWatch it: ${commandLine('logs', executions.at(-1)!.id, where, '-f')}`);
}

function seconds(value: string): number {
  const number = Number(value);
  if (value !== '' && Number.isFinite(number) && number >= 0) return number;
  throw new InvalidArgumentError('A number of seconds is wanted.');
}
