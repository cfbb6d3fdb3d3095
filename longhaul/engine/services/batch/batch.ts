import type { DatabaseSync } from 'node:sqlite';
import type { JobDetail, SubmitJobCommandInput } from '@aws-sdk/client-batch';
import { ContentCache } from '../../content-cache.ts';
import { ServiceError } from '../../endpoint/service.ts';
import type { Fleet } from '../../fleet/index.ts';
import { LaunchFaults } from '../../fleet/launch-faults.ts';
import { OVERRIDE_CHARACTERS, OVERRIDE_TOO_LONG, overrideLength } from '../../fleet/override-size.ts';
import type { Resource } from '../../template/model.ts';
import { RETENTION } from '../retention.ts';
import { Definitions } from './definitions.ts';
import { JobRun } from './job-run.ts';
import { JobStore } from './job-store.ts';
import { batchVariables, environmentOf } from './launch-spec.ts';
import { submission, taskOverride } from './submission.ts';

export interface BatchOptions {
  db: DatabaseSync;
  fleet: Fleet;
  /** Of these, `AWS::Batch::JobDefinition`, `JobQueue` and `ComputeEnvironment`. */
  resources: Resource[];
  /** Default: none. */
  cache?: ContentCache;
  /** Default `us-east-1`. */
  region?: string;
  /** Default `000000000000`. */
  accountId?: string;
  /** The least `attemptDurationSeconds` that is accepted; AWS's and the default is 60. For tests. */
  minimumTimeoutSeconds?: number;
  /** Instead of every queue's `maxTimeSeconds`, of which AWS's least is 600. For tests and demonstrations. */
  stateTimeLimitSeconds?: number;
}

/** AWS Batch: its jobs, and the queues and definitions of the template. */
export class Batch {
  readonly definitions: Definitions;
  readonly store: JobStore;
  /** Makes the next SubmitJob fail as it does when AWS throttles or is in trouble. */
  readonly faults = new LaunchFaults({
    throttled: () => new ServiceError('TooManyRequestsException', 'Too Many Requests', 429),
    'server-error': () => new ServiceError('ServerException', 'The service failed. Try again later.', 500),
  });
  #fleet: Fleet;
  #runs = new Map<string, JobRun>();
  #minimumTimeoutSeconds: number | undefined;
  #stateTimeLimitSeconds: number | undefined;

  /** Takes up the jobs that the last engine left: what ran has lost its host, what waited goes on waiting. */
  constructor({
    db,
    fleet,
    resources,
    region = 'us-east-1',
    accountId = '000000000000',
    cache = new ContentCache(),
    ...limits
  }: BatchOptions) {
    this.definitions = new Definitions(resources, region, accountId, cache);
    this.store = new JobStore(db);
    this.store.forget(Date.now() - RETENTION);
    this.#fleet = fleet;
    this.#minimumTimeoutSeconds = limits.minimumTimeoutSeconds;
    this.#stateTimeLimitSeconds = limits.stateTimeLimitSeconds;
    for (const { detail, capacity } of this.definitions.environments) {
      const vcpus = detail.computeResources?.maxvCpus ?? 256;
      fleet.capacity.define(detail.computeEnvironmentArn, { kind: capacity, vcpus });
    }
    for (const job of this.store.unfinished()) this.#takeUp(job);
  }

  /**
   * @param requestId a later call with the same one answers with the job that there is
   * @throws ServiceError
   */
  submit(input: SubmitJobCommandInput, requestId?: string): JobDetail {
    const known = requestId === undefined ? undefined : this.store.ofRequest(requestId);
    if (known) return known;
    const launched = this.faults.strike();
    const queue = this.definitions.queue(input.jobQueue ?? '');
    const definition = this.definitions.jobDefinition(input.jobDefinition ?? '');
    const job = submission(input, { definition, queue }, this.#minimumTimeoutSeconds);
    this.store.add(job, requestId);
    const answer = structuredClone(job);
    const added = batchVariables(job, queue, queue.environments[0]!);
    const tooLong = overrideLength(taskOverride(input, job, added)) > OVERRIDE_CHARACTERS;
    // The answer is sent before anything happens to the job.
    setImmediate(() => {
      if (tooLong) this.#fail(job, OVERRIDE_TOO_LONG);
      else this.#run(job, this.#runOf(job));
    });
    launched();
    return answer;
  }

  /** Cancels what has not been started; says nothing and does nothing otherwise, as Batch does. */
  cancel(jobId: string, reason: string): void {
    const status = this.store.get(jobId)?.status ?? 'FAILED';
    if (!['SUBMITTED', 'PENDING', 'RUNNABLE'].includes(status)) return;
    this.#whenStarted(jobId, (run) => run.end({ kind: 'cancelled', reason }));
  }

  terminate(jobId: string, reason: string): void {
    this.#whenStarted(jobId, (run) => run.end({ kind: 'terminated', reason }));
  }

  #whenStarted(jobId: string, act: (run: JobRun) => void): void {
    const run = this.#runs.get(jobId);
    if (run) act(run);
    else setImmediate(() => this.#runs.get(jobId) && act(this.#runs.get(jobId)!));
  }

  #takeUp(job: JobDetail): void {
    let run: JobRun;
    try {
      run = this.#runOf(job);
    } catch (error) {
      // The template has changed: its queue or its definition is gone.
      this.#fail(job, (error as Error).message);
      return;
    }
    if (job.status === 'STARTING' || job.status === 'RUNNING') {
      const environment = environmentOf(job, this.definitions.queue(job.jobQueue!));
      if (job.isTerminated) run.end({ kind: 'terminated', reason: job.statusReason ?? '' });
      if (!run.settle({ how: 'host-lost' }, environment)) return;
    }
    this.#run(job, run);
  }

  #runOf(job: JobDetail): JobRun {
    return new JobRun(job, {
      fleet: this.#fleet,
      store: this.store,
      definition: this.definitions.jobDefinition(job.jobDefinition!),
      queue: this.definitions.queue(job.jobQueue!),
      stateTimeLimitSeconds: this.#stateTimeLimitSeconds,
    });
  }

  #run(job: JobDetail, run: JobRun): void {
    this.#runs.set(job.jobId!, run);
    run.run().then(
      () => this.#runs.delete(job.jobId!),
      (error: unknown) => {
        console.error(`Batch job ${job.jobId}:`, error);
        this.#runs.delete(job.jobId!);
        this.#fail(job, `The local engine failed: ${error}`);
      },
    );
  }

  #fail(job: JobDetail, statusReason: string): void {
    this.store.save({ ...job, status: 'FAILED', statusReason, stoppedAt: Date.now() });
  }
}
