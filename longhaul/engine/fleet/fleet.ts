import { delimiter, dirname } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { setImmediate as turn } from 'node:timers/promises';
import { Capacity } from './capacity.ts';
import { type ContainerSpec, FleetClosedError, type Interruption, type RunningContainer } from './container.ts';
import { ContainerTable } from './container-table.ts';
import { processRunner } from './process-runner.ts';
import type { Runner } from './runner.ts';
import { Container, type LogSink } from './running-container.ts';

export interface FleetOptions {
  db: DatabaseSync;
  logs: LogSink;
  /** Variables that every container is given: `AWS_ENDPOINT_URL`, `AWS_REGION`, credentials, `PATH`. */
  environment: Record<string, string>;
  /** Default: local processes. */
  runner?: Runner;
  /**
   * The longest stop timeout of any container, in seconds. Default 120: Fargate Spot gives a warning of two minutes, and
   * Fargate allows no more. Less is for tests.
   */
  longestStopTimeoutSeconds?: number;
  /** The longest stop timeout that `close` waits for, in seconds; default 10. */
  closeTimeoutSeconds?: number;
  /** Called with each container that was launched. */
  onLaunch?(spec: ContainerSpec): void;
}

/** The machines that containers run on: here, this one. */
export class Fleet {
  /** Who may launch how much; `capacity.set('spot', 'unavailable')` for tests and demonstrations. */
  readonly capacity = new Capacity();
  #table: ContainerTable;
  #logs: LogSink;
  #environment: Record<string, string>;
  #runner: Runner;
  #longestStopTimeoutSeconds: number;
  #closeTimeoutSeconds: number;
  #onLaunch: (spec: ContainerSpec) => void;
  #alive = new Map<string, Container>();
  /** Cut off: they count as lost, and run on. */
  #adrift = new Set<Container>();
  #launching = new Set<Promise<unknown>>();
  #leftoversGone: Promise<void>;
  #closed = false;

  /** Kills what an earlier engine left running. Nothing is launched before the last of it is gone. */
  constructor({ db, logs, environment, runner = processRunner, ...limits }: FleetOptions) {
    this.#table = new ContainerTable(db);
    this.#logs = logs;
    this.#environment = environment;
    this.#runner = runner;
    this.#longestStopTimeoutSeconds = limits.longestStopTimeoutSeconds ?? 120;
    this.#closeTimeoutSeconds = limits.closeTimeoutSeconds ?? 10;
    this.#onLaunch = limits.onLaunch ?? (() => {});
    this.#leftoversGone = this.#sweep();
    this.#leftoversGone.catch(() => {});
  }

  /**
   * @throws LaunchError when the command cannot be started, FleetClosedError once the engine is stopping
   */
  launch(spec: ContainerSpec): Promise<Container> {
    const launch = this.#launch(spec);
    this.#launching.add(launch);
    const done = () => this.#launching.delete(launch);
    launch.then(done, done);
    return launch;
  }

  /** What is alive at this moment. */
  running(): RunningContainer[] {
    return [...this.#alive.values()].map((container) => container.summary());
  }

  /**
   * Takes away the Spot capacity of an execution's container. Resolves when the container is gone, or cut off.
   *
   * @throws Error when it has no running container, or one on on-demand capacity
   */
  async interrupt(executionId: string, how: Interruption = 'notice'): Promise<void> {
    const container = [...this.#alive.values()].find((one) => one.executionId === executionId);
    if (!container) throw new Error(`The execution "${executionId}" has no running container to interrupt.`);
    if (container.spec.capacity !== 'spot') {
      throw new Error(
        `The container of the execution "${executionId}" runs on on-demand capacity. Only Spot capacity is taken away.`,
      );
    }
    container.interrupt(how);
    await container.ended;
  }

  /**
   * Stops everything and starts nothing more. A container that is stopped by this has no ending: for the next start of
   * the engine its host was lost, as when the engine is killed.
   */
  async close(): Promise<void> {
    this.#closed = true;
    this.capacity.close();
    await Promise.allSettled([this.#leftoversGone, ...this.#launching]);
    const containers = [...this.#alive.values()];
    for (const container of containers) {
      container.stop('closed', Math.min(container.spec.stopTimeoutSeconds, this.#closeTimeoutSeconds));
    }
    for (const container of this.#adrift) container.kill('closed');
    await Promise.all([...containers, ...this.#adrift].map((container) => container.gone));
    // Whoever waited for an ending has stored it when this returns: the database may be closed next.
    await turn();
  }

  /** SIGKILL to whatever is alive, at once: for who cannot wait for `close`. */
  kill(): void {
    for (const container of [...this.#alive.values(), ...this.#adrift]) container.kill('closed');
  }

  async #launch(spec: ContainerSpec): Promise<Container> {
    await this.#leftoversGone;
    if (this.#closed) throw new FleetClosedError();
    const environment = { ...this.#environment, ...spec.environment };
    environment.PATH = withThisNodeFirst(environment.PATH);
    this.#table.save(spec.id, this.#runner.announce(spec.id));
    const launched = await this.#runner.launch({ ...spec, environment }).catch((error) => {
      this.#table.remove(spec.id);
      throw error;
    });
    this.#table.save(spec.id, launched.identity);
    const stopTimeoutSeconds = Math.min(spec.stopTimeoutSeconds, this.#longestStopTimeoutSeconds);
    const container = new Container({ ...spec, stopTimeoutSeconds }, launched, this.#logs);
    this.#alive.set(spec.id, container);
    this.#onLaunch(spec);
    container.ended.then(({ how }) => {
      this.#alive.delete(spec.id);
      if (how === 'host-lost') this.#adrift.add(container);
    });
    container.gone.then(() => {
      this.#adrift.delete(container);
      this.#table.remove(spec.id);
    });
    return container;
  }

  async #sweep(): Promise<void> {
    await Promise.all(
      this.#table.all().map(async ({ id, identity }) => {
        await this.#runner.sweep(identity);
        this.#table.remove(id);
      }),
    );
  }
}

/** The Node that runs the engine also runs the jobs: the `node` found first may be too old for their TypeScript. */
function withThisNodeFirst(path: string | undefined): string {
  const folder = dirname(process.execPath);
  const others = (path ?? process.env.PATH ?? '').split(delimiter).filter((entry) => entry && entry !== folder);
  return [folder, ...others].join(delimiter);
}
