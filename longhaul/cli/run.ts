import { randomUUID } from 'node:crypto';
import { Command } from 'commander';
import { keyIdentity } from '../client/accept-input.ts';
import { checkKey, checkTags, startTime } from '../client/run-options.ts';
import { onDeployment } from './command.ts';
import { type DeployedJob, deployedJobs } from './deployed-jobs.ts';
import { type Deployment, type DeploymentOptions, deploymentOptions, driverOf } from './deployment.ts';
import { UsageError } from './exit-codes.ts';
import { FOLLOW, followExecution, NO_LOGS } from './follow-execution.ts';
import { waysToWatch } from './hints.ts';
import { checkInput } from './input-schema.ts';
import { namedValue } from './named-value.ts';
import { readInput, secondsIn } from './run-input.ts';
import { paint, print, printJson } from './terminal.ts';
import { similar } from './words.ts';

interface Options extends DeploymentOptions {
  input?: string;
  follow?: boolean;
  logs?: boolean;
  key?: string;
  delay?: string;
  startAt?: string;
  tag?: Record<string, string>;
}

/** `longhaul run JOB`: starts an execution, and follows it where that is wanted. */
export function runCommand(): Command {
  const command = new Command('run')
    .description('Run a job, once.')
    .argument('<job>', "its name; 'longhaul jobs' lists them")
    .option('-i, --input <file|-|JSON>', 'its input: a file, standard input, or JSON in place (default: {})')
    .option(...FOLLOW)
    .option(...NO_LOGS)
    .option('--key <text>', 'what makes this run one of its kind: a second one with the same key starts nothing')
    .option('--delay <time>', 'start later: after 90s, 15m, 2h, 3d')
    .option('--start-at <time>', 'start at this time: 2026-12-24T08:00:00Z')
    .option(
      '--tag <name=value>',
      'put on the Batch job or ECS task, for the bill; may be given again',
      namedValue('name=value'),
    );
  return deploymentOptions(command)
    .addHelpText(
      'after',
      `
Examples:
  longhaul run hello-world --input '{"name":"you"}' --follow
  longhaul run csv-report -i object.json
  jq '.order' orders.json | longhaul run invoice -i - --key order-4711
  longhaul run hello-world --delay 2h --tag team=sales
  longhaul run hello-world --stack longhaul-production --profile work

Exit code: 0 started; 1 refused; 2 for a wrong command or input.
With --follow: 0 succeeded; 3 failed; 4 stopped; 130 after Ctrl-C.`,
    )
    .action(
      onDeployment<Options>(async (deployment, options, [name]) => {
        const startAt = checked(() => {
          checkKey(options.key);
          checkTags(options.tag);
          return startTime({
            ...(options.delay !== undefined && { delay: secondsIn(options.delay) }),
            ...(options.startAt !== undefined && { startAt: options.startAt }),
          });
        });
        const event = await readInput(options.input);
        const job = await jobNamed(name!, deployment, options);
        await checkInput(name!, job?.input, JSON.parse(event));
        const driver = await driverOf(deployment);
        const { id, started } = await driver.start({
          job: name!,
          event,
          identity: keyIdentity(options.key ?? randomUUID()),
          source: 'cli',
          onDuplicate: options.key === undefined ? 'return' : 'reject',
          ...(startAt !== undefined && { startAt }),
          ...(options.tag && { tags: options.tag }),
        });
        if (options.follow) {
          if (!options.json) print(paint('bold', `${id}${started ? '' : ' (started before)'}`));
          return followExecution(driver, id, deployment, options);
        }
        if (options.json) return printJson({ id, job: name, started });
        print(`${started ? 'Started' : 'This had been started before:'} ${paint('bold', id)}`);
        print(waysToWatch(id, options));
      }),
    );
}

/** @throws Error that names the jobs which may be meant */
async function jobNamed(
  name: string,
  deployment: Deployment,
  { stack }: DeploymentOptions,
): Promise<DeployedJob | undefined> {
  const jobs = await deployedJobs(deployment).catch((error: Error) => {
    // Whoever may start executions need not be allowed to read the state machine, which refuses unknown jobs itself.
    if (stack !== undefined && /AccessDenied/.test(error.name)) return undefined;
    throw error;
  });
  const job = jobs?.find((candidate) => candidate.name === name);
  if (job || !jobs) return job;
  const names = jobs.map((candidate) => candidate.name);
  const [likest] = similar(name, names);
  throw new Error(
    `There is no job '${name}' here.${likest ? ` Did you mean ${likest}?` : ''} There is: ${names.join(', ') || 'none'}.`,
  );
}

/** What the client says of its options, said of the command's. */
function checked<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const names: Record<string, string> = { startAt: '--start-at', delay: '--delay', idempotencyKey: '--key' };
    const message = (error as Error).message.replace(
      /(?<=^|^startAt and )(startAt|delay|idempotencyKey)\b/g,
      (name) => names[name]!,
    );
    throw new UsageError(message.replace('must be a Date or a text such', 'is a time such'), { cause: error });
  }
}
