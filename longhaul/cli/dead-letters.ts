import { Command } from 'commander';
import type { DeadLetter, DeadLetters } from '../client/dead-letters.ts';
import { type DeploymentOptions, deploymentOptions, findDeployment } from './deployment.ts';

interface Options extends DeploymentOptions {
  json?: boolean;
}

/** `longhaul dead-letters list|show|retry`: the events that started nothing. */
export function deadLettersCommand(): Command {
  const command = new Command('dead-letters').description(
    'Events that started nothing: list them, show them, send them again.',
  );
  const add = (sub: Command) => command.addCommand(deploymentOptions(sub).option('--json', 'print JSON'));

  add(
    new Command('list').description('All dead letters, the oldest first.').action(
      run(async (letters, options) => {
        const all = await letters.list();
        if (options.json) console.log(JSON.stringify(all.map(withoutEvent), null, 2));
        else console.log(all.length === 0 ? 'No dead letters.' : await table(all));
      }),
    ),
  );
  add(
    new Command('show')
      .description('A dead letter with its whole event.')
      .argument('<id>', 'of the list, or how it begins')
      .action(
        run(async (letters, options, id) => {
          const letter = await letters.find(id!);
          if (options.json) return console.log(JSON.stringify(letter, null, 2));
          const { event, ...rest } = withEvent(letter);
          for (const [name, value] of Object.entries(rest)) console.log(`${name.padEnd(10)}${value}`);
          console.log(`\n${JSON.stringify(event, null, 2)}`);
        }),
      ),
  );
  add(
    new Command('retry')
      .description('Send dead letters again under their original identity: what had started after all starts nothing.')
      .argument('[id]', 'of the list, or how it begins')
      .option('--all', 'all of them')
      .action(
        run(async (letters, options: Options & { all?: boolean }, id) => {
          if ((id === undefined) === !options.all) throw new Error('Give the id of a dead letter, or --all.');
          const whole = id && (await letters.find(id)).id;
          const results = [];
          for await (const { letter, ...outcome } of letters.retry(whole || undefined)) {
            results.push({ id: letter.id, ...outcome });
            if (!options.json) console.log(`${letter.id}  ${said(outcome)}`);
          }
          const failed = results.filter(({ outcome }) => outcome === 'failed').length;
          if (options.json) console.log(JSON.stringify(results, null, 2));
          else console.log(`${results.length - failed} of ${results.length} handled.`);
          if (failed > 0) process.exitCode = 1;
        }),
      ),
  );
  return command.addHelpText(
    'afterAll',
    `
Examples:
  longhaul dead-letters list
  longhaul dead-letters show 5f0c
  longhaul dead-letters retry 5f0c
  longhaul dead-letters retry --all --stack longhaul-production --region eu-central-1

Exit code: 0, or 1 when a letter was not found, could not be sent, or failed again.`,
  );
}

/** An action that has found its deployment; errors end the command with 1. */
function run(action: (letters: DeadLetters, options: Options, id: string | undefined) => Promise<void>) {
  return async (...given: unknown[]): Promise<void> => {
    const command = given.at(-1) as Command;
    try {
      const options = command.opts<Options>();
      const { outputs, aws } = await findDeployment(options);
      const { DeadLetters } = await import('../client/dead-letters.ts');
      await action(new DeadLetters(outputs, aws), options, command.args[0]);
    } catch (error) {
      console.error(`longhaul dead-letters ${command.name()}: ${explain(error as Error)}`);
      process.exitCode = 1;
    }
  };
}

function explain(error: Error & { code?: string }): string {
  if (error.code !== 'ECONNREFUSED') return error.message;
  return "The engine does not answer. Start it with 'longhaul start', or name a stack on AWS with --stack.";
}

async function table(letters: DeadLetter[]): Promise<string> {
  const { default: Table } = await import('cli-table3');
  const rows = new Table({
    head: ['id', 'time', 'source', 'identity', 'reason'],
    style: { head: [], border: [] },
    colWidths: [null, null, null, null, 60],
    wordWrap: true,
  });
  for (const { id, time, source, identity, reason } of letters) {
    // Enough to tell one UUID, or one queue, from another.
    rows.push([id.replace(/^([0-9a-f]{8})-.*/, '$1'), time.toISOString(), source.split(':').at(-1), identity, reason]);
  }
  return rows.toString();
}

const withEvent = ({ time, ...rest }: DeadLetter) => ({ ...rest, time: time.toISOString() });
const withoutEvent = ({ event: _, ...rest }: DeadLetter) => rest;

function said(outcome: { outcome: string; execution?: string; reason?: string }): string {
  return [outcome.outcome, outcome.execution ?? outcome.reason].filter(Boolean).join(': ');
}
