import { setTimeout as sleep } from 'node:timers/promises';
import tab from '@bomb.sh/tab/commander';
import type { Command } from 'commander';
import { DATA_DIRECTORY } from '../engine/data-directory.ts';
import { deployedJobs } from './deployed-jobs.ts';
import { driverOf, findDeployment } from './deployment.ts';
import { shortId } from './execution-id.ts';
import { plainStatus } from './status.ts';

/** Commands whose argument is an execution. */
const OF_EXECUTIONS = ['show', 'logs', 'stop', 'resume', 'interrupt', 'replay'];
/** How sources of triggers begin. */
const SOURCES = 's3 s3:// sqs sqs:fifo sns schedule: eventbridge: dynamodb kinesis logs:'.split(' ');
/** A person who pressed the tab key waits no longer. Milliseconds. */
const PATIENCE = 1500;

export interface CompletionOptions {
  /** Of the engine whose jobs and executions are completed; that of the working directory by default. */
  data?: string;
  /** How long the engine has to answer. Milliseconds; 1500 by default. */
  patience?: number;
}

/** Adds `completion SHELL`, and what its scripts call: commands, options, and on this machine's engine jobs and executions. */
export async function addCompletion(
  program: Command,
  args: readonly string[],
  { data = DATA_DIRECTORY, patience = PATIENCE }: CompletionOptions = {},
): Promise<void> {
  const completions = tab(program, { completionCommandName: 'completion' });
  program.commands
    .find((command) => command.name() === 'completion')
    ?.hook('preAction', withoutConstants)
    .description('Print what makes a shell complete commands, options, jobs and ids.')
    .addHelpText(
      'after',
      `
Examples:
  source <(longhaul completion bash)     now; in ~/.bashrc, in each shell
  longhaul completion zsh > "\${fpath[1]}/_longhaul"
  longhaul completion fish > ~/.config/fish/completions/longhaul.fish

The scripts call 'longhaul', so it has to be in your PATH.`,
    );
  if (args[0] !== 'complete') return;
  const { jobs, ids } = await onThisMachine(data, patience);
  const run = completions.commands.get('run');
  run?.argument('job', (complete) => {
    for (const job of jobs) complete(job, 'job');
  });
  const newTrigger = completions.commands.get('new trigger');
  newTrigger?.option('job', 'the job that it starts', (complete) => {
    for (const job of jobs) complete(job, 'job');
  });
  newTrigger?.argument('source', (complete) => {
    for (const source of SOURCES) complete(source, 'source');
  });
  completions.commands.get('new')?.option('on', 'what starts it', (complete) => {
    for (const source of SOURCES) complete(source, 'source');
  });
  for (const name of OF_EXECUTIONS) {
    completions.commands.get(name)?.argument('id', (complete) => {
      for (const { id, status } of ids) complete(id, status);
    });
  }
}

/** The library's script for Bash makes constants, which a shell that reads it again would complain of. */
function withoutConstants(): void {
  const { log } = console;
  console.log = (script: string) => log(script.replace(/^readonly /gm, ''));
}

/** The jobs and executions of the engine with this data; empty lists when no engine answers in time. */
async function onThisMachine(
  data: string,
  patience: number,
): Promise<{ jobs: string[]; ids: { id: string; status: string }[] }> {
  const nothing = { jobs: [], ids: [] };
  const look = async () => {
    const deployment = await findDeployment({ data });
    const [jobs, { executions }] = await Promise.all([
      deployedJobs(deployment),
      driverOf(deployment).then((driver) => driver.list({ limit: 50 })),
    ]);
    return {
      jobs: jobs.map(({ name }) => name),
      ids: executions.map(({ id, status }) => ({ id: shortId(id), status: plainStatus(status) })),
    };
  };
  return Promise.race([look().catch(() => nothing), sleep(patience, nothing, { ref: false })]);
}
