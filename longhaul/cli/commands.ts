import { Command } from 'commander';
import project from '../../package.json' with { type: 'json' };
import { addCompletion } from './completion.ts';
import { deadLettersCommand } from './dead-letters.ts';
import { eventCommand } from './event.ts';
import { helpCommand } from './help.ts';
import { interruptCommand } from './interrupt.ts';
import { jobsCommand } from './jobs.ts';
import { listCommand } from './list.ts';
import { logsCommand } from './logs.ts';
import { newCommand } from './new.ts';
import { replayCommand } from './replay.ts';
import { resumeCommand } from './resume.ts';
import { runCommand } from './run.ts';
import { settle } from './settings.ts';
import { showCommand } from './show.ts';
import { startCommand } from './start.ts';
import { stopCommand } from './stop.ts';

const program = new Command('longhaul')
  .description('Any AWS event in, a finished long-running container job out.')
  .version(project.version)
  .commandsGroup('Jobs:')
  .addCommand(runCommand())
  .addCommand(jobsCommand())
  .addCommand(newCommand())
  .commandsGroup('Executions:')
  .addCommand(listCommand())
  .addCommand(showCommand())
  .addCommand(logsCommand())
  .addCommand(stopCommand())
  .addCommand(resumeCommand())
  .addCommand(deadLettersCommand())
  .commandsGroup('The engine on this machine:')
  .addCommand(startCommand())
  .addCommand(eventCommand())
  .addCommand(interruptCommand())
  .addCommand(replayCommand())
  .commandsGroup('More:')
  .addCommand(helpCommand())
  .helpCommand(false);

await addCompletion(program, process.argv.slice(2));
await settle(program).parseAsync();
