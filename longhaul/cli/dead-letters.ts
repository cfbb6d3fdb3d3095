import { Command } from 'commander';
import type { DeadLetter, DeadLetters, RetryOutcome } from '../client/dead-letters.ts';
import { type Ending, onDeployment } from './command.ts';
import { type DeploymentOptions, deploymentOptions } from './deployment.ts';
import { labelled } from './described.ts';
import { EXIT, UsageError } from './exit-codes.ts';
import { type Column, table } from './table.ts';
import { print, printJson, terminalWidth } from './terminal.ts';
import { ago, localTime } from './words.ts';

type Options = DeploymentOptions;

/** `longhaul dead-letters list|show|retry`: the events that started nothing. */
export function deadLettersCommand(): Command {
  const command = new Command('dead-letters').description(
    'Events that started nothing: list them, show them, send them again.',
  );
  const add = (sub: Command, isDefault = false) => command.addCommand(deploymentOptions(sub), { isDefault });

  add(
    new Command('list').description('All dead letters, the oldest first.').action(
      run(async (letters, options) => {
        const all = await letters.list();
        if (options.json) printJson(all.map(withoutEvent));
        else print(all.length === 0 ? 'No dead letters.' : table(columns(terminalWidth() !== undefined), all));
      }),
    ),
    true,
  );
  add(
    new Command('show')
      .description('A dead letter with its whole event.')
      .argument('<id>', 'of the list, or how it begins')
      .action(
        run(async (letters, options, id) => {
          const letter = await letters.find(id!);
          if (options.json) return printJson(letter);
          const { event, functionName, time, ...rest } = letter;
          const rows = {
            ...rest,
            function: functionName,
            time: terminalWidth() ? localTime(time) : time.toISOString(),
          };
          for (const [label, text] of Object.entries(rows)) print(labelled(label, text, terminalWidth()));
          print(`\n${JSON.stringify(event, null, 2)}`);
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
          if ((id === undefined) === !options.all) throw new UsageError('Give the id of a dead letter, or --all.');
          const whole = id === undefined ? undefined : (await letters.find(id)).id;
          const results: ({ id: string } & RetryOutcome)[] = [];
          try {
            for await (const { letter, ...outcome } of letters.retry(whole)) {
              results.push({ id: letter.id, ...outcome });
              if (!options.json) print(`${letter.id}  ${said(outcome)}`);
            }
          } finally {
            // Also when the next one could not be sent: what was handled is gone from its queue.
            if (options.json) printJson(results);
          }
          const failed = results.filter(({ outcome }) => outcome === 'failed').length;
          if (!options.json) print(`${results.length - failed} of ${results.length} handled.`);
          return failed > 0 ? EXIT.failed : EXIT.ok;
        }),
      ),
  );
  // What is no subcommand would be an argument of the default one, which takes none.
  command.hook('preSubcommand', ({ args: [name = '-'] }) => {
    if (name.startsWith('-') || command.commands.some((sub) => sub.name() === name)) return;
    command.error(`error: unknown command '${name}'`);
  });
  return command.addHelpText(
    'afterAll',
    `
Examples:
  longhaul dead-letters
  longhaul dead-letters show 5f0c
  longhaul dead-letters retry 5f0c
  longhaul dead-letters retry --all --stack production --region eu-central-1

Exit code: 0; 1 when a letter was not found, could not be sent, or failed again;
2 for a wrong command.`,
  );
}

/** An action on the dead letters of the deployment. */
function run(act: (letters: DeadLetters, options: Options, id: string | undefined) => Ending) {
  return onDeployment<Options>(async ({ engine, outputs, nested, aws }, options, [id]) => {
    const { DeadLetters } = await import('../client/dead-letters.ts');
    const stack = { outputs, nested: await nested(), ...(engine && { waitSeconds: 0 }) };
    return act(new DeadLetters(stack, aws), options, id);
  });
}

function columns(isTerminal: boolean): Column<DeadLetter>[] {
  return [
    // Enough to tell one UUID, or one queue, from another.
    { head: 'id', cell: ({ id }) => (isTerminal ? id.replace(/^([0-9a-f]{8})-.*/, '$1') : id), least: 10 },
    { head: 'time', cell: ({ time }) => (isTerminal ? ago(time) : time.toISOString()), optional: 2 },
    { head: 'trigger', cell: ({ trigger = '' }) => trigger, least: 8 },
    // On a terminal only where the trigger does not say it.
    {
      head: 'source',
      cell: ({ source, trigger }) => (isTerminal ? (!trigger && source.split(':').at(-1)) || '' : source),
      least: 8,
    },
    { head: 'identity', cell: ({ identity }) => identity, least: 10, optional: 1 },
    { head: 'reason', cell: ({ reason }) => reason, least: 30, wrap: true },
  ];
}

const withoutEvent = ({ event: _, ...rest }: DeadLetter) => rest;

function said(outcome: { outcome: string; execution?: string; reason?: string }): string {
  return [outcome.outcome, outcome.execution ?? outcome.reason].filter(Boolean).join(': ');
}
