import { Command } from 'commander';
import { onDeployment } from './command.ts';
import { type DeployedJob, deployedJobs } from './deployed-jobs.ts';
import { type Deployment, type DeploymentOptions, deploymentOptions } from './deployment.ts';
import { inputInShort } from './input-schema.ts';
import { type JobSchedule, jobSchedules } from './job-schedules.ts';
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
after, is known to the HTTP API (GET /jobs), and when it runs by itself to
EventBridge Scheduler. Without the right to ask them you see the rest.`,
    )
    .action(
      onDeployment<DeploymentOptions>(async (deployment, { json }) => {
        const [jobs, schedules] = await Promise.all([deployedJobs(deployment), schedulesOf(deployment)]);
        const rows = jobs.map((job) => ({
          ...job,
          ...(schedules.has(job.name) && { schedules: schedules.get(job.name) }),
        }));
        if (json) return printJson(rows);
        print(rows.length === 0 ? 'No jobs are deployed here.' : table(COLUMNS, rows));
      }),
    );
}

/** A job with the schedules that start it. */
type Row = DeployedJob & { schedules?: JobSchedule[] };

/** Schedules are a courtesy: without the right to list them, the rest is shown, and stderr says what is missing. */
async function schedulesOf(deployment: Deployment): Promise<Map<string, JobSchedule[]>> {
  const note = (message: string) => process.stderr.write(`${message}\n`);
  return jobSchedules(deployment, note).catch((error: Error) => {
    note(`Schedules are not shown: ${error.message || error.name}`);
    return new Map();
  });
}

const COLUMNS: Column<Row>[] = [
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
function beginning({ after, schedules = [] }: Row): string {
  const times = schedules.map(({ expression, timezone, enabled }) =>
    [expression, timezone, !enabled && '(off)'].filter(Boolean).join(' '),
  );
  return [after && `after ${after}`, ...times].filter(Boolean).join(', ');
}

function place({ backend, capacity }: DeployedJob): string {
  return `${backend === 'batch' ? 'Batch' : 'ECS'}, ${capacity === 'spot' ? 'Spot' : 'on demand'}`;
}
