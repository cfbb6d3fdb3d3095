import type { Task, Container as TaskContainer } from '@aws-sdk/client-ecs';
import { type Container, type Fleet, FleetClosedError, LaunchError } from '../../fleet/index.ts';
import { type LocalDefinition, PROVIDERS } from './definitions.ts';
import { launchSpec } from './launch-spec.ts';
import { outcome, type TaskEnding } from './outcome.ts';
import type { Stop } from './stop-reasons.ts';
import type { TaskStore } from './task-store.ts';

export interface TaskPlace {
  fleet: Fleet;
  store: TaskStore;
  definition: LocalDefinition;
  /** Name of the pool of capacity. */
  pool: string;
}

/** One task from PROVISIONING to STOPPED. */
export class TaskRun {
  #task: Task;
  #place: TaskPlace;
  #waiting = new AbortController();
  #stop: Stop | undefined;
  #container: Container | undefined;

  constructor(task: Task, place: TaskPlace) {
    this.#task = task;
    this.#place = place;
  }

  /** Resolves when the task has stopped, or when the engine is closing. */
  async run(): Promise<void> {
    const { fleet, pool } = this.#place;
    const lease = await fleet.capacity
      .acquire({
        line: pool,
        priority: 0,
        pools: [pool],
        vcpus: vcpus(this.#task),
        signal: this.#waiting.signal,
      })
      .catch((error: unknown) => {
        if (!this.#waiting.signal.aborted) throw error;
      });
    if (!lease) return this.#stopped({ ...this.#stop });
    try {
      const ending = await this.#runContainer();
      if (ending.how !== 'closed') this.settle(ending);
    } catch (error) {
      if (!(error instanceof FleetClosedError)) throw error;
    } finally {
      lease.release();
    }
  }

  /** SIGTERM and, after the stop timeout, SIGKILL. The first reason counts. */
  stop(stop: Stop): void {
    if (this.#stop) return;
    this.#stop = stop;
    this.#save({ ...stop, desiredStatus: 'STOPPED', stoppingAt: new Date() });
    if (this.#container) this.#container.stop('stopped');
    else this.#waiting.abort();
  }

  /** Writes the task's end down. */
  settle(ending: Exclude<TaskEnding, { how: 'closed' }>): void {
    const { exitCode, reason, ...stop } = outcome(ending, capacityOf(this.#task), this.#stop);
    const executionStoppedAt = 'stoppedAt' in ending ? { executionStoppedAt: new Date(ending.stoppedAt) } : {};
    this.#stopped({ ...stop, ...executionStoppedAt }, { exitCode, reason });
  }

  async #runContainer(): Promise<TaskEnding> {
    const { fleet, definition } = this.#place;
    this.#save({ lastStatus: 'PENDING', connectivity: 'CONNECTED', connectivityAt: new Date() });
    try {
      this.#container = await fleet.launch(launchSpec(this.#task, definition, capacityOf(this.#task)));
      const containers = this.#containers({ lastStatus: 'RUNNING' });
      this.#save({ lastStatus: 'RUNNING', startedAt: new Date(this.#container.startedAt), containers });
      if (this.#stop) this.#container.stop('stopped');
      return await this.#container.ended;
    } catch (error) {
      if (error instanceof LaunchError) return { how: 'failed-to-start', reason: error.message };
      throw error;
    }
  }

  #stopped(changes: Partial<Task>, container: Pick<TaskContainer, 'exitCode' | 'reason'> = {}): void {
    this.#save({
      stoppingAt: new Date(),
      ...changes,
      lastStatus: 'STOPPED',
      desiredStatus: 'STOPPED',
      stoppedAt: new Date(),
      containers: this.#containers({ ...container, lastStatus: 'STOPPED' }),
    });
  }

  /** Of the others it is only said that they stopped: they are not run here. */
  #containers(changes: Partial<TaskContainer>): TaskContainer[] {
    const { lastStatus } = changes;
    return this.#task.containers!.map((one) =>
      one.name === this.#place.definition.container.name ? { ...one, ...changes } : { ...one, lastStatus },
    );
  }

  #save(changes: Partial<Task>): void {
    Object.assign(this.#task, changes, { version: (this.#task.version ?? 1) + 1 });
    this.#place.store.save(this.#task);
  }
}

/** CPU units: 1,024 are one vCPU. */
export function vcpus({ cpu }: Task): number {
  return Number(cpu) / 1024;
}

export function capacityOf({ capacityProviderName = 'FARGATE' }: Task) {
  return PROVIDERS[capacityProviderName] ?? 'on-demand';
}
