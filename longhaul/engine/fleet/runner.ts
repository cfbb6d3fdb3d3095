import type { Readable } from 'node:stream';
import type { ContainerSpec } from './container.ts';

/** Starts containers: as local processes, or by `docker` or `podman`. Everything else about them is the fleet's. */
export interface Runner {
  /**
   * Starts it, with the environment that the spec has, to which the runner may add a mark of its own.
   *
   * @throws LaunchError when it cannot be started
   */
  launch(spec: ContainerSpec): Promise<LaunchedContainer>;
  /** The identity of what `launch` starts under this id, for an engine that is killed before `launch` has told a better one. */
  announce(id: string): string;
  /**
   * Kills what an engine that is gone had launched under this identity, if it is still there, and resolves when it is
   * not any more. Something else that has taken over a process id since then is left alone.
   */
  sweep(identity: string): Promise<void>;
}

export interface LaunchedContainer {
  /** Names it for `sweep`, also after the engine's end and the machine's reboot. */
  identity: string;
  stdout: Readable;
  stderr: Readable;
  /** False when there is nothing left that could receive it. */
  signal(name: 'SIGTERM' | 'SIGKILL'): boolean;
  /** Resolves with the exit code (128 + n for signal n), once nothing of the container is alive any more. */
  wait(): Promise<number>;
}
