import type { DatabaseSync } from 'node:sqlite';
import type { Failure, RunTaskCommandInput, Task } from '@aws-sdk/client-ecs';
import { ContentCache } from '../../content-cache.ts';
import { ServiceError } from '../../endpoint/service.ts';
import type { Fleet } from '../../fleet/index.ts';
import { LaunchFaults } from '../../fleet/launch-faults.ts';
import type { Resource } from '../../template/model.ts';
import { RETENTION } from '../retention.ts';
import { Definitions, PROVIDERS } from './definitions.ts';
import { requestedTasks } from './run-task-request.ts';
import { NO_CAPACITY, type Stop, stoppedByUser } from './stop-reasons.ts';
import { capacityOf, TaskRun, vcpus } from './task-run.ts';
import { TaskStore } from './task-store.ts';

export interface EcsOptions {
  db: DatabaseSync;
  fleet: Fleet;
  /** Of these, `AWS::ECS::TaskDefinition`, `Cluster` and `ClusterCapacityProviderAssociations`. */
  resources: Resource[];
  /** Default: none. */
  cache?: ContentCache;
  /** Default `us-east-1`. */
  region?: string;
  /** Default `000000000000`. */
  accountId?: string;
  /**
   * vCPUs of each capacity provider, as an account has a quota of them. Tasks beyond it wait as PROVISIONING, where AWS
   * would refuse them: a machine that has its hands full is no error. Default 16.
   */
  maxVcpus?: number;
}

/** Amazon ECS on Fargate: standalone tasks, and the clusters and definitions of the template. */
export class Ecs {
  readonly definitions: Definitions;
  readonly store: TaskStore;
  /** Makes the next RunTask fail as it does when AWS throttles or is in trouble. */
  readonly faults = new LaunchFaults({
    throttled: () => new ServiceError('ThrottlingException', 'Rate exceeded'),
    'server-error': () => new ServiceError('ServerException', 'The service failed. Try again later.', 500),
  });
  #fleet: Fleet;
  #runs = new Map<string, TaskRun>();
  #maxVcpus: number;

  /** Takes up the tasks that the last engine left: what ran has lost its host, what waited goes on waiting. */
  constructor({
    db,
    fleet,
    resources,
    region = 'us-east-1',
    accountId = '000000000000',
    cache = new ContentCache(),
    maxVcpus = 16,
  }: EcsOptions) {
    this.definitions = new Definitions(resources, region, accountId, cache);
    this.store = new TaskStore(db);
    this.store.forget(Date.now() - RETENTION);
    this.#fleet = fleet;
    this.#maxVcpus = maxVcpus;
    for (const { clusterArn } of this.definitions.clusters) {
      for (const [provider, kind] of Object.entries(PROVIDERS)) {
        fleet.capacity.define(poolOf(clusterArn, provider), { kind, vcpus: maxVcpus });
      }
    }
    for (const task of this.store.unfinished()) this.#takeUp(task);
  }

  /**
   * @param requestId a later call with the same one answers with the tasks that there are
   * @throws ServiceError
   */
  runTask(input: RunTaskCommandInput, requestId?: string): { tasks: Task[]; failures: Failure[] } {
    const joined = requestId === undefined ? [] : this.store.ofRequest(requestId);
    if (joined.length > 0) return { tasks: joined, failures: [] };
    const launched = this.faults.strike();
    const cluster = this.definitions.cluster(input.cluster);
    const definition = this.definitions.taskDefinition(input.taskDefinition);
    const { clientToken } = input;
    const request = JSON.stringify(input);
    const known = clientToken === undefined ? undefined : this.store.ofClientToken(cluster.clusterArn, clientToken);
    if (known) return repeated(known, request);

    const tasks: Task[] = [];
    const failures: Failure[] = [];
    for (const task of requestedTasks(input, { definition, cluster })) {
      const reason = this.#refusal(task);
      if (reason) {
        failures.push({ reason });
        continue;
      }
      this.store.add(task, { clientToken, request, requestId });
      tasks.push(structuredClone(task));
      // The answer is sent before anything happens to the task.
      setImmediate(() => this.#run(task, this.#runOf(task)));
    }
    launched();
    return { tasks, failures };
  }

  /** @throws ServiceError InvalidParameterException */
  stopTask(clusterArn: string, wanted: string, reason: string | undefined): Task {
    const task = this.findTask(clusterArn, wanted);
    if (!task) throw new ServiceError('InvalidParameterException', 'The referenced task was not found.');
    const stop = stoppedByUser(reason);
    const run = this.#runs.get(task.taskArn!);
    if (run) run.stop(stop);
    else if (task.lastStatus !== 'STOPPED') setImmediate(() => this.#runs.get(task.taskArn!)?.stop(stop));
    return this.store.get(task.taskArn!)!;
  }

  /** By ARN or id. */
  findTask(clusterArn: string, wanted: string): Task | undefined {
    const task = this.store.get(
      wanted.startsWith('arn:') ? wanted : `${clusterArn.replace(':cluster/', ':task/')}/${wanted}`,
    );
    return task?.clusterArn === clusterArn ? task : undefined;
  }

  /** Why this task cannot be placed: AmazonECS/latest/developerguide/api_failures_messages.html */
  #refusal(task: Task): string | undefined {
    if (vcpus(task) > this.#maxVcpus) return 'RESOURCE:CPU';
    return this.#fleet.capacity.isAvailable(capacityOf(task)) ? undefined : NO_CAPACITY;
  }

  #takeUp(task: Task): void {
    let run: TaskRun;
    try {
      run = this.#runOf(task);
    } catch (error) {
      // The template has changed: its cluster or its definition is gone.
      const stop: Stop = { stopCode: 'TaskFailedToStart', stoppedReason: (error as Error).message };
      this.store.save({ ...task, ...stop, lastStatus: 'STOPPED', desiredStatus: 'STOPPED', stoppedAt: new Date() });
      return;
    }
    const { stopCode, stoppedReason } = task;
    if (stopCode) run.stop({ stopCode, stoppedReason: stoppedReason ?? '' });
    if (task.lastStatus === 'PROVISIONING') this.#run(task, run);
    else run.settle({ how: 'host-lost' });
  }

  #runOf(task: Task): TaskRun {
    return new TaskRun(task, {
      fleet: this.#fleet,
      store: this.store,
      definition: this.definitions.taskDefinition(task.taskDefinitionArn),
      pool: poolOf(this.definitions.cluster(task.clusterArn).clusterArn, task.capacityProviderName),
    });
  }

  #run(task: Task, run: TaskRun): void {
    this.#runs.set(task.taskArn!, run);
    run
      .run()
      .catch((error: unknown) => {
        console.error(`ECS task ${task.taskArn}:`, error);
        run.settle({ how: 'failed-to-start', reason: `The local engine failed: ${error}` });
      })
      .finally(() => this.#runs.delete(task.taskArn!));
  }
}

/** API_RunTask.html, ConflictException: the token is in use with another request. */
function repeated({ tasks, request: first }: { tasks: Task[]; request: string }, request: string) {
  if (first === request) return { tasks, failures: [] };
  throw new ServiceError(
    'ConflictException',
    'The provided clientToken is already in use with a different RunTask request.',
    400,
    { resourceIds: tasks.map(({ taskArn }) => taskArn) },
  );
}

function poolOf(clusterArn: string, provider = 'FARGATE'): string {
  return `${clusterArn}/${provider}`;
}
