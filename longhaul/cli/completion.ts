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

/** Adds `completion SHELL`, and what its scripts call: commands, options, and on this machine's engine jobs and executions. */
export async function addCompletion(program: Command, arguments_: readonly string[]): Promise<Command> {
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
  if (arguments_[0] !== 'complete') return program;
  const { jobs, ids } = await onThisMachine();
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
  return program;
}

/** The library's script for Bash makes constants, which a shell that reads it again would complain of. */
function withoutConstants(): void {
  const { log } = console;
  console.log = (script: string) => log(script.replace(/^readonly /gm, ''));
}

/** What the engine has whose data is in the working directory; nothing when there is none or it does not answer. */
async function onThisMachine(): Promise<{ jobs: string[]; ids: { id: string; status: string }[] }> {
  const nothing = { jobs: [], ids: [] };
  const look = async () => {
    const deployment = await findDeployment({ data: DATA_DIRECTORY });
    const [jobs, { executions }] = await Promise.all([
      deployedJobs(deployment),
      driverOf(deployment).then((driver) => driver.list({ limit: 50 })),
    ]);
    return {
      jobs: jobs.map(({ name }) => name),
      ids: executions.map(({ id, status }) => ({ id: shortId(id), status: plainStatus(status) })),
    };
  };
  const patience = new Promise<typeof nothing>((resolve) => setTimeout(() => resolve(nothing), PATIENCE).unref());
  return Promise.race([look().catch(() => nothing), patience]);
}
