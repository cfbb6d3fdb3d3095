import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command, Option } from 'commander';
import { explainLoadFailure } from '../engine/load-failure.ts';
import { onExecution } from './command.ts';
import { type Deployment, type DeploymentOptions, deploymentOptions } from './deployment.ts';
import { EXECUTION } from './execution-id.ts';
import { meaningOf } from './job-exit-codes.ts';
import type { Replayed } from './replay/replayed.ts';
import { plainStatus } from './status.ts';
import { paint, print, printJson } from './terminal.ts';

interface Options extends DeploymentOptions {
  attempt: 'checkpoint' | 'fresh';
  inspect?: string | true;
  inspectBrk?: string | true;
  template: string;
  output?: string;
}

/** `longhaul replay ID`: an execution's event and checkpoint, run again here. */
export function replayCommand(): Command {
  return deploymentOptions(
    new Command('replay')
      .description("Run an execution's job again here, with its event and checkpoint, and change nothing of it.")
      .argument(...EXECUTION)
      .addOption(
        new Option('--attempt <which>', 'go on from its checkpoint, or begin anew')
          .choices(['checkpoint', 'fresh'])
          .default('checkpoint'),
      )
      .option('--inspect [[host:]port]', 'with the debugger of Node.js listening')
      .option('--inspect-brk [[host:]port]', 'the same, stopped before the first line')
      .option('--template <file>', 'the application that has the job', 'template.yaml')
      .option('--output <directory>', 'where what it stores is left; replays/ID of --data without it'),
  )
    .addHelpText(
      'after',
      `
Examples:
  longhaul replay csv-report-5f0c1e8a
  longhaul replay csv-report-5f0c1e8a --attempt fresh --inspect-brk
  longhaul replay csv-report-5f0c1e8a --stack longhaul-production

The job runs from its source, as on the engine. Its artifacts are a copy on
this machine, so the execution stays as it is. Every other bucket is the real
one, with your credentials, and can only be read. What else the job uses of AWS
is real, too.

Exit code: that of the job. 0 done, 65 it can never work, 75 interrupted, 1 (or
any other) failed.`,
    )
    .action(
      onExecution<Options>(async ({ id, deployment }, options) => {
        const { readReplayed } = await import('./replay/replayed.ts');
        return replay(await readReplayed(id, deployment), deployment, options);
      }),
    );
}

/** With its result there, a start would take the work for done. */
const LEFT_AT_THE_END = ['progress.json', 'result.json', 'error.json'];

async function replay(replayed: Replayed, deployment: Deployment, options: Options): Promise<number> {
  const { jobSource, underDebugger } = await import('./replay/job-source.ts').catch(explainLoadFailure);
  const { localS3 } = await import('./replay/local-s3.ts').catch(explainLoadFailure);
  const { asFirst } = await import('./replay/replayed.ts');
  const { runProcess } = await import('./replay/run-process.ts');
  const { id, job, artifacts } = replayed;
  const source = jobSource(job, options.template);
  const flag = debuggerFlag(options);
  const command = flag === undefined ? source.command : underDebugger(source.command, flag);

  // Only what a replay left itself is cleared away; a name of dots would lead out of there.
  const own = path.resolve(options.data, 'replays', id.replace(/^\.+$/, 'dots'));
  const target = options.output === undefined ? own : await emptyDirectory(options.output);
  const directory = await mkdtemp(path.join(tmpdir(), 'longhaul-replay-'));
  const fresh = options.attempt === 'fresh';
  const s3 = await localS3({
    ...artifacts,
    origin: deployment.aws,
    directory,
    wanted: (name) => !LEFT_AT_THE_END.includes(name) && (!fresh || !name.startsWith('checkpoint/')),
  });
  try {
    const continues = s3.copied.some((name) => name.startsWith('checkpoint/'));
    if (continues && replayed.continuedAs !== undefined) {
      throw new Error(
        `The checkpoint of ${id} went on with ${replayed.continuedAs}. Replay that one, or this one with --attempt fresh.`,
      );
    }
    const variables: Record<string, string | undefined> = {
      ...(fresh ? asFirst(replayed.variables) : replayed.variables),
      ...awsVariables(deployment, options),
      AWS_ENDPOINT_URL_S3: s3.url,
      // Whoever looks at it in a debugger takes longer than any time limit.
      ...(flag !== undefined && { STP_TIMEOUT_SECONDS: undefined }),
    };
    if (!options.json) print(heading(replayed, variables, continues, fresh));
    const exitCode = await runProcess({ ...source, command }, variables, options.json ? 2 : 1);
    if (target === own) await rm(own, { recursive: true, force: true });
    const files = await s3.saveTo(target);
    if (options.json)
      printJson({ id, job, exitCode, outcome: meaningOf(exitCode) ?? 'failed', directory: target, files });
    else print(ending(exitCode, target, files));
    return exitCode;
  } finally {
    await s3.close();
    await rm(directory, { recursive: true, force: true });
  }
}

/** @throws Error when something is in it: that is not ours to clear away */
async function emptyDirectory(given: string): Promise<string> {
  const directory = path.resolve(given);
  const found = await readdir(directory).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw error;
  });
  if (found.length === 0) return directory;
  throw new Error(`${directory} is not empty. --output takes a directory that is empty or not there yet.`);
}

function debuggerFlag({ inspect, inspectBrk }: Options): string | undefined {
  const [name, address] = inspectBrk === undefined ? ['--inspect', inspect] : ['--inspect-brk', inspectBrk];
  if (address === undefined) return undefined;
  return address === true ? name : `${name}=${address}`;
}

/** What the job finds its other services by: the engine's, or those of the person who replays. */
function awsVariables({ engine }: Deployment, { region, profile }: Options): Record<string, string | undefined> {
  if (!engine) {
    return {
      ...(region && { AWS_REGION: region, AWS_DEFAULT_REGION: region }),
      ...(profile && { AWS_PROFILE: profile }),
    };
  }
  return {
    AWS_ENDPOINT_URL: engine.url,
    AWS_REGION: engine.aws.region,
    AWS_DEFAULT_REGION: engine.aws.region,
    AWS_ACCESS_KEY_ID: engine.aws.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: engine.aws.credentials.secretAccessKey,
    AWS_SESSION_TOKEN: undefined,
    AWS_PROFILE: undefined,
  };
}

function heading(
  { id, status }: Replayed,
  { STP_CURRENT_ATTEMPT: attempt, STP_MAXIMUM_ATTEMPTS: attempts }: Record<string, string | undefined>,
  continues: boolean,
  fresh: boolean,
): string {
  const from = continues
    ? 'from its checkpoint'
    : fresh
      ? 'from the beginning'
      : 'from the beginning: it has no checkpoint';
  return `Replaying ${paint('bold', id)} (${plainStatus(status)}), attempt ${attempt} of ${attempts}, ${from}.\n`;
}

function ending(exitCode: number, directory: string, files: string[]): string {
  const head = `\nThe job ended with ${paint(exitCode === 0 ? 'green' : 'red', String(exitCode))}: ${meaningOf(exitCode) ?? 'failed'}.`;
  if (files.length === 0) return `${head} It stored nothing.`;
  return [`${head} What it stored is in ${directory}:`, ...files.map((file) => `  ${file}`)].join('\n');
}
