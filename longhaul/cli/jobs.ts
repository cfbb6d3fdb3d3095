import { Command } from 'commander';
import { onDeployment } from './command.ts';
import { type DeployedJob, deployedJobs } from './deployed-jobs.ts';
import { type DeploymentOptions, deploymentOptions } from './deployment.ts';
import { inputInShort } from './input-schema.ts';
import { type Column, table } from './table.ts';
import { print, printJson } from './terminal.ts';
import { duration } from './words.ts';

/** `longhaul jobs`: what can be run here. */
export function jobsCommand(): Command {
  return deploymentOptions(
    new Command('jobs').description('The jobs that can be run, what they take and what they run on.'),
  )
    .addHelpText(
      'after',
      `
Examples:
  longhaul jobs
  longhaul jobs --json | jq '.[] | select(.name == "csv-report").input'
  longhaul jobs --stack longhaul-production

A field with ? may be left out. What a job takes, and which job it comes
after, is known to the HTTP API (GET /jobs); who may not call it sees the rest.`,
    )
    .action(
      onDeployment<DeploymentOptions>(async (deployment, { json }) => {
        const jobs = await deployedJobs(deployment);
        if (json) return printJson(jobs);
        print(jobs.length === 0 ? 'No jobs are deployed here.' : table(COLUMNS, jobs));
      }),
    );
}

const COLUMNS: Column<DeployedJob>[] = [
  { head: 'job', cell: ({ name }) => name, least: 10 },
  { head: 'runs on', cell: place },
  { head: 'attempts', cell: ({ maxAttempts }) => String(maxAttempts ?? ''), align: 'right', optional: 1 },
  {
    head: 'time limit',
    cell: ({ timeoutSeconds }) => (timeoutSeconds === undefined ? '' : duration(timeoutSeconds * 1000)),
    align: 'right',
    optional: 2,
  },
  { head: 'starts', cell: beginning, least: 18, wrap: true },
  { head: 'input', cell: ({ input }) => (input === undefined ? '' : inputInShort(input)), least: 34, wrap: true },
];

/** What starts it besides events and people. */
function beginning({ after, schedule, timezone }: DeployedJob): string {
  const times = schedule?.startsWith('rate(') ? schedule : [schedule, timezone].filter(Boolean).join(' ');
  return [after && `after ${after}`, times].filter(Boolean).join(', ');
}

function place({ backend, capacity }: DeployedJob): string {
  return `${backend === 'batch' ? 'Batch' : 'ECS'}, ${capacity === 'spot' ? 'Spot' : 'on demand'}`;
}
