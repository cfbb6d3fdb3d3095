import type { Command } from 'commander';
import { PROGRAM } from './program.ts';
import { paint } from './terminal.ts';

/** What all commands have in common: how help looks, and that they throw where Commander would exit. */
export function settle(command: Command): Command {
  command
    .configureHelp({ styleTitle: (title) => paint('bold', title), sortOptions: false })
    .showHelpAfterError(`(${PROGRAM} ${nameOf(command)}--help says what there is)`)
    .exitOverride();
  for (const sub of command.commands) settle(sub);
  return command;
}

function nameOf(command: Command): string {
  return command.parent ? `${nameOf(command.parent)}${command.name()} ` : '';
}
