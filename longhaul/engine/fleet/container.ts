/** What the fleet runs, and how it ends. */
import type { Requirements } from './requirements.ts';

/** Spot capacity can be taken away, on-demand capacity cannot. */
export type CapacityKind = 'spot' | 'on-demand';

/**
 * What a container's process is: a line for the shell, with what a command override adds to it, or a program with its
 * arguments as `EntryPoint` and `Command` give them.
 */
export type Command = { shell: string; arguments: string[] } | { program: string; arguments: string[] };

export interface ContainerSpec {
  /** Unique among all that ever ran; it names the container in the state that outlives the engine. */
  id: string;
  capacity: CapacityKind;
  command: Command;
  /** Absolute path of the folder that it runs in. */
  directory: string;
  /** The container's own variables; the engine adds its AWS variables and the `PATH`. */
  environment: Record<string, string>;
  /** Where its output goes; without it the output is thrown away, as it is without a log driver on AWS. */
  log?: { group: string; stream: string };
  /** Between SIGTERM and SIGKILL. */
  stopTimeoutSeconds: number;
  /** What it takes of this machine: looked for before it is launched. */
  requires?: Requirements;
}

/** `closed`: the engine stopped it because it stops itself. That is nobody's ending: the next start finds a lost host. */
export type StopCause = 'stopped' | 'interrupted' | 'closed';

export type Ending =
  | {
      how: 'exited' | StopCause;
      /** 128 + n for a process that signal n ended, as container runtimes say it. */
      exitCode: number;
      /** Milliseconds since the epoch. */
      stoppedAt: number;
    }
  | HostLost;

/** Nobody saw it end: its host was lost, or the engine itself was killed meanwhile. */
export interface HostLost {
  how: 'host-lost';
}

/**
 * How capacity is taken away. `notice`: SIGTERM now, SIGKILL after the stop timeout. `crash`: SIGKILL, as when the host dies.
 * `cut-off`: the host is no longer reached and counts as lost, but the container on it runs on.
 */
export type Interruption = 'notice' | 'crash' | 'cut-off';

/** A container as `Fleet.running()` lists it: alive from its launch until nothing of it is left. */
export interface RunningContainer {
  id: string;
  /** `STP_EXECUTION_ID` of its environment. */
  executionId?: string;
  capacity: CapacityKind;
  /** Milliseconds since the epoch. */
  startedAt: number;
}

/** The command could not be started at all: there is no such program or folder. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
}

/** The engine is closing and starts nothing any more. */
export class FleetClosedError extends Error {
  override readonly name = 'FleetClosedError';
  constructor() {
    super('The engine is stopping: no container is started any more.');
  }
}
