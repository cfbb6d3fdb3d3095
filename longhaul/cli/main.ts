#!/usr/bin/env node
import { Command } from 'commander';
import project from '../../package.json' with { type: 'json' };
import { deadLettersCommand } from './dead-letters.ts';
import { eventCommand } from './event.ts';
import { interruptCommand } from './interrupt.ts';
import { newCommand } from './new.ts';
import { settle } from './settings.ts';
import { startCommand } from './start.ts';

const program = new Command('longhaul')
  .description('Any AWS event in, a finished long-running container job out.')
  .version(project.version)
  .addCommand(startCommand())
  .addCommand(deadLettersCommand())
  .addCommand(newCommand())
  .addCommand(eventCommand())
  .addCommand(interruptCommand());

await settle(program).parseAsync();
