import { Command, CommanderError } from 'commander';
import project from '../../package.json' with { type: 'json' };
import type { CompletionOptions } from './completion.ts';
import { EXIT } from './exit-codes.ts';
import { commandFor } from './other-names.ts';
import { settle } from './settings.ts';

/** The commands in the groups of `longhaul help`. Each loads only what it needs itself. */
const GROUPS: Record<string, Record<string, () => Promise<Command>>> = {
  'Jobs:': {
    run: async () => (await import('./run.ts')).runCommand(),
    jobs: async () => (await import('./jobs.ts')).jobsCommand(),
    new: async () => (await import('./new.ts')).newCommand(),
  },
  'Executions:': {
    list: async () => (await import('./list.ts')).listCommand(),
    show: async () => (await import('./show.ts')).showCommand(),
    logs: async () => (await import('./logs.ts')).logsCommand(),
    stop: async () => (await import('./stop.ts')).stopCommand(),
    resume: async () => (await import('./resume.ts')).resumeCommand(),
    'dead-letters': async () => (await import('./dead-letters.ts')).deadLettersCommand(),
  },
  'The engine on this machine:': {
    start: async () => (await import('./start.ts')).startCommand(),
    event: async () => (await import('./event.ts')).eventCommand(),
    interrupt: async () => (await import('./interrupt.ts')).interruptCommand(),
    replay: async () => (await import('./replay.ts')).replayCommand(),
  },
};

/** Runs `longhaul ...args`. `process.exitCode` says how it ended. */
export async function longhaul(args: readonly string[], completion: CompletionOptions = {}): Promise<void> {
  const program = new Command('longhaul')
    .description('Any AWS event in, a finished long-running container job out.')
    .version(project.version)
    .helpCommand(false);
  const load = Object.values(GROUPS).find((commands) => Object.hasOwn(commands, args[0] ?? ''))?.[args[0]!];
  if (load) program.addCommand(await load());
  else await addAll(program, args, completion);
  settle(program);
  try {
    const meant = load ? undefined : commandFor(args[0] ?? '');
    if (meant) program.error(`error: unknown command '${args[0]}'\n(Did you mean ${meant}?)`, { exitCode: EXIT.usage });
    await program.parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

/** For help, completion, and names of no command. */
async function addAll(program: Command, args: readonly string[], completion: CompletionOptions): Promise<void> {
  for (const [group, commands] of Object.entries(GROUPS)) {
    program.commandsGroup(group);
    for (const load of Object.values(commands)) program.addCommand(await load());
  }
  const { helpCommand } = await import('./help.ts');
  program.commandsGroup('More:').addCommand(helpCommand());
  const { addCompletion } = await import('./completion.ts');
  await addCompletion(program, args, completion);
}
