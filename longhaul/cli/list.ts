import { Command, InvalidArgumentError, Option } from 'commander';
import type { ExecutionSummary } from '../client/driver.ts';
import { onDeployment } from './command.ts';
import { type DeploymentOptions, deploymentOptions, driverOf } from './deployment.ts';
import { shortId } from './execution-id.ts';
import { PROGRAM } from './program.ts';
import { STATUSES, statusWord } from './status.ts';
import { type Column, table } from './table.ts';
import { print, printJson, terminalWidth } from './terminal.ts';
import { ago, duration } from './words.ts';

interface Options extends DeploymentOptions {
  job?: string;
  status?: keyof typeof STATUSES;
  limit: number;
  all?: boolean;
}

/** `longhaul list`: executions, the newest first. */
export function listCommand(): Command {
  const command = new Command('list')
    .description('Executions, the newest first.')
    .option('--job <job>', 'of this job only')
    .addOption(new Option('--status <status>', 'in this state only').choices(Object.keys(STATUSES)))
    .option('--limit <number>', 'at most so many', positive, 20)
    .option('--all', 'all that there are: those of the last 90 days');
  return deploymentOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  longhaul list
  longhaul list --job csv-report --status failed
  longhaul list --all --json | jq -r '.[].id'
  longhaul list --stack longhaul-production --region eu-central-1

On a terminal ids are shortened, and every command takes them so. Piped, and
with --json, they are whole.`,
    )
    .action(
      onDeployment<Options>(async (deployment, options) => {
        const driver = await driverOf(deployment);
        const wanted = options.all ? Number.POSITIVE_INFINITY : options.limit;
        const executions: ExecutionSummary[] = [];
        let cursor: string | undefined;
        do {
          const page = await driver.list({
            limit: Math.min(100, wanted - executions.length),
            ...(options.job !== undefined && { job: options.job }),
            ...(options.status && { status: STATUSES[options.status] }),
            ...(cursor !== undefined && { cursor }),
          });
          executions.push(...page.executions);
          cursor = page.cursor;
        } while (cursor !== undefined && executions.length < wanted);
        if (options.json) return printJson(executions);
        if (executions.length === 0) return print(nothing(options));
        print(table(columns(terminalWidth() !== undefined), executions));
        if (cursor !== undefined && terminalWidth() !== undefined) {
          print(`\nThe newest ${executions.length}. More with --limit, or --all.`);
        }
      }),
    );
}

function columns(isTerminal: boolean): Column<ExecutionSummary>[] {
  return [
    { head: 'execution', cell: ({ id }) => (isTerminal ? shortId(id) : id), least: 16 },
    // Most ids begin with it.
    { head: 'job', cell: ({ id, job }) => (isTerminal && id.startsWith(`${job}-`) ? '' : job), least: 8, optional: 2 },
    { head: 'status', cell: ({ status }) => statusWord(status) },
    { head: 'started', cell: ({ startedAt }) => (isTerminal ? ago(startedAt) : startedAt) },
    { head: 'took', cell: took, align: 'right', optional: 1 },
  ];
}

function took({ startedAt, stoppedAt }: ExecutionSummary): string {
  return stoppedAt ? duration(new Date(stoppedAt).getTime() - new Date(startedAt).getTime()) : '';
}

function nothing({ job, status }: Options): string {
  const which = [job && `of ${job}`, status && `that are ${status}`].filter(Boolean).join(' ');
  return which ? `No executions ${which}.` : `No executions yet. '${PROGRAM} jobs' says what can be run.`;
}

function positive(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('A whole number above 0 is wanted.');
  return number;
}
