import { Command } from 'commander';

/** `longhaul help [COMMAND]`, which names a command that there is none of. */
export function helpCommand(): Command {
  return new Command('help')
    .description('Help on a command.')
    .argument('[command...]')
    .action((names: string[], _options: unknown, { parent: program }: Command) => {
      const meant = names.reduce((command, name) => {
        const found = command.commands.find((sub) => sub.name() === name);
        return found ?? program!.error(`error: unknown command '${names.join(' ')}'`);
      }, program!);
      meant.help();
    });
}
