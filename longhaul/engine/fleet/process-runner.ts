import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, type ContainerSpec, LaunchError } from './container.ts';
import { groupIsAlive, groupsWith, isOfEarlierBoot, signalGroup, startOf } from './process-identity.ts';
import { lacking } from './requirements.ts';
import type { LaunchedContainer, Runner } from './runner.ts';

/** How long output may still come after the last process of the group: a process that left the group may hold the pipe. */
const OUTPUT_GRACE_MS = 1_000;

/** A variable by which a process is found whose id nobody could note. */
const MARK = 'LONGHAUL_CONTAINER';

/** Runs containers as local processes, each with all its children in a process group of its own. */
export const processRunner: Runner = {
  async launch(spec: ContainerSpec): Promise<LaunchedContainer> {
    if (!statSync(spec.directory, { throwIfNoEntry: false })?.isDirectory()) {
      throw new LaunchError(`CannotStartContainerError: there is no folder ${spec.directory} to run it in`);
    }
    const lack = spec.requires && (await lacking(spec.requires, spec.environment.PATH));
    if (lack) throw new LaunchError(`CannotStartContainerError: ${lack}`);
    const { program, argv } = invocation(spec.command);
    if (!program) {
      throw new LaunchError(
        "CannotStartContainerError: nothing to run: the image's own command is not known here. Give the resource a DevCommand in its Metadata, or its container a Command",
      );
    }
    const child = start(program, argv, spec);
    // Listened for from the beginning: a short process may have ended before anybody waits for it.
    const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
    exit.catch(() => {});
    try {
      await once(child, 'spawn');
    } catch (error) {
      throw new LaunchError(`CannotStartContainerError: ${program}: ${(error as Error).message}`);
    }
    const groupId = child.pid!;
    const ended = exit.then(async ([code, signal]) => {
      await finish(child, groupId);
      return code ?? 128 + constants.signals[signal!];
    });
    return {
      identity: JSON.stringify({ groupId, start: startOf(groupId) }),
      stdout: child.stdout!,
      stderr: child.stderr!,
      signal: (name) => child.exitCode === null && child.signalCode === null && signalGroup(groupId, name),
      wait: () => ended,
    };
  },

  announce: (id) => JSON.stringify({ mark: `${MARK}=${id}` }),

  async sweep(identity: string): Promise<void> {
    const { groupId, start, mark } = JSON.parse(identity) as { groupId: number; start?: string; mark?: string };
    if (mark) {
      await Promise.all([...groupsWith(mark)].map(killGroup));
      return;
    }
    if (start === undefined || isOfEarlierBoot(start)) return;
    const now = startOf(groupId);
    // The id of a group is not given to a new process while the group has members. So without a leader whatever is in
    // the group is what was left there; with another leader than ours the whole group is somebody else's.
    if (now !== undefined && now !== start) return;
    await killGroup(groupId);
  },
};

/** Some failures are thrown, such as arguments that are too long together; others are emitted. */
function start(program: string, argv: string[], { id, directory, environment }: ContainerSpec): ChildProcess {
  try {
    return spawn(program, argv, {
      cwd: directory,
      env: { ...environment, [MARK]: id },
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    throw new LaunchError(`CannotStartContainerError: ${program}: ${(error as Error).message}`);
  }
}

/**
 * A container in which `sh` is process 1 ignores SIGTERM in the shell and lets the program in it act on the signal. A shell
 * outside a container would die of it and leave the program behind; the empty trap makes it wait for the program and
 * hand on its exit code.
 */
function invocation(command: Command): { program: string; argv: string[] } {
  if ('program' in command) return { program: command.program, argv: command.arguments };
  const line = command.arguments.length > 0 ? `${command.shell} "$@"` : command.shell;
  return { program: '/bin/sh', argv: ['-c', `trap : TERM\n${line}`, 'sh', ...command.arguments] };
}

/** When a container's first process ends, so do the others: what is left of the group is killed. */
async function finish(child: ChildProcess, groupId: number): Promise<void> {
  await killGroup(groupId);
  const streams = [child.stdout!, child.stderr!];
  const drained = Promise.all(streams.map((stream) => (stream.closed ? undefined : once(stream, 'close'))));
  await Promise.race([drained, sleep(OUTPUT_GRACE_MS, undefined, { ref: false })]);
  for (const stream of streams) stream.destroy();
}

async function killGroup(groupId: number): Promise<void> {
  signalGroup(groupId, 'SIGKILL');
  while (groupIsAlive(groupId)) await sleep(5);
}
