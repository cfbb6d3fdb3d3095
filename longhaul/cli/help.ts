import { Command } from 'commander';

/** `longhaul help [COMMAND]`, which names a command that there is none of. Options are for that command, and mean nothing here. */
export function helpCommand(): Command {
  return new Command('help')
    .description('Help on a command.')
    .argument('[command...]')
    .allowUnknownOption()
    .action((given: string[], _options: unknown, { parent: program }: Command) => {
      const option = given.findIndex((word) => word.startsWith('-'));
      const names = option < 0 ? given : given.slice(0, option);
      const meant = names.reduce((command, name) => {
        const found = command.commands.find((sub) => sub.name() === name);
        return found ?? program!.error(`error: unknown command '${names.join(' ')}'`);
      }, program!);
      meant.help();
    });
}
