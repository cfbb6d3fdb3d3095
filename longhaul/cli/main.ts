#!/usr/bin/env node
import { Command } from 'commander';
import project from '../../package.json' with { type: 'json' };
import { deadLettersCommand } from './dead-letters.ts';
import { startCommand } from './start.ts';

const program = new Command('longhaul')
  .description('Any AWS event in, a finished long-running container job out.')
  .version(project.version)
  .showHelpAfterError('(longhaul --help says what there is)')
  .addCommand(startCommand())
  .addCommand(deadLettersCommand());

await program.parseAsync();
