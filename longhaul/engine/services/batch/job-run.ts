import type { JobDetail } from '@aws-sdk/client-batch';
import {
  type Blocked,
  type Container,
  type Fleet,
  FleetClosedError,
  LaunchError,
  type Lease,
} from '../../fleet/index.ts';
import type { Environment, LocalDefinition, Queue } from './definitions.ts';
import { jobContainer, taskArnOf, vcpus } from './job-container.ts';
import type { JobStore } from './job-store.ts';
import { launchSpec } from './launch-spec.ts';
import { type AttemptEnding, type Decision, outcome } from './outcome.ts';
import { isRetried } from './retry.ts';
import { canceledByTimeLimit, NO_CAPACITY, TOO_LARGE } from './status-reasons.ts';

/** Node's timers overflow after 24.8 days: no job here runs for that long. */
const LONGEST_TIMER_SECONDS = (2 ** 31 - 1) / 1000;

export interface JobPlace {
  fleet: Fleet;
  store: JobStore;
  definition: LocalDefinition;
  queue: Queue;
  /** Instead of every `maxTimeSeconds` of `jobStateTimeLimitActions`, of which the least is ten minutes. */
  stateTimeLimitSeconds?: number | undefined;
}

/** One job from RUNNABLE to its end, through all its attempts. */
export class JobRun {
  #job: JobDetail;
  #place: JobPlace;
  #waiting = new AbortController();
  #timeLimit: NodeJS.Timeout | undefined;
  #decision: Decision | undefined;
  #container: Container | undefined;

  constructor(job: JobDetail, place: JobPlace) {
    this.#job = job;
    this.#place = place;
  }

  /** Resolves when the job has ended, or when the engine is closing. */
  async run(): Promise<void> {
    for (;;) {
      this.#save({ status: 'RUNNABLE' });
      const lease = await this.#wait();
      if (!lease) return this.#cancelled();
      try {
        if (this.#decision) return this.#cancelled();
        const environment = this.#place.queue.environments.find(
          ({ detail }) => detail.computeEnvironmentArn === lease.pool,
        )!;
        const ending = await this.#attempt(environment);
        if (ending.how === 'closed' || !this.settle(ending, environment)) return;
      } catch (error) {
        if (error instanceof FleetClosedError) return;
        throw error;
      } finally {
        lease.release();
      }
    }
  }

  /**
   * Ends the job: at once while it waits, else by SIGTERM and, after the stop timeout, SIGKILL. The first decision counts.
   */
  end(decision: Decision): void {
    if (this.#decision) return;
    this.#decision = decision;
    if (decision.kind === 'terminated') this.#save({ isTerminated: true, statusReason: decision.reason });
    if (this.#container) this.#container.stop('stopped');
    else this.#waiting.abort();
  }

  /** Writes an attempt's end down. True when the job is to be tried again. */
  settle(ending: Exclude<AttemptEnding, { how: 'closed' }>, environment: Environment): boolean {
    const { succeeded, statusReason, exitCode, reason, mayRetry } = outcome(ending, environment, this.#decision);
    const stoppedAt = 'stoppedAt' in ending ? ending.stoppedAt : Date.now();
    const container = jobContainer(this.#job);
    Object.assign(container, { exitCode, reason });
    const { logStreamName } = container;
    const taskArn = taskArnOf(this.#job);
    const { startedAt } = this.#job;
    const seen = { exitCode, reason, logStreamName, networkInterfaces: [] };
    const attempt = this.#job.ecsProperties
      ? {
          taskProperties: [
            { taskArn, containers: [{ name: 'name' in container ? container.name : 'default', ...seen }] },
          ],
        }
      : { container: { taskArn, ...seen } };
    const attempts = [...(this.#job.attempts ?? []), { ...attempt, startedAt, stoppedAt, statusReason }];
    const { retryStrategy } = this.#job;
    if (!succeeded && mayRetry && isRetried(retryStrategy, attempts.length, { statusReason, reason, exitCode })) {
      this.#save({ status: 'RUNNABLE', attempts, statusReason, startedAt: undefined });
      return true;
    }
    this.#save({ status: succeeded ? 'SUCCEEDED' : 'FAILED', attempts, statusReason, stoppedAt });
    return false;
  }

  /** The first free capacity, or undefined when the job was ended while it waited. */
  async #wait(): Promise<Lease | undefined> {
    const { fleet, queue } = this.#place;
    const request = {
      line: queue.detail.jobQueueArn,
      priority: queue.detail.priority ?? 1,
      pools: queue.environments.map(({ detail }) => detail.computeEnvironmentArn),
      vcpus: vcpus(this.#job),
      signal: this.#waiting.signal,
      blocked: (reason: Blocked | undefined) => this.#blocked(reason),
    };
    try {
      return await fleet.capacity.acquire(request);
    } catch (error) {
      if (!this.#waiting.signal.aborted) throw error;
      return undefined;
    } finally {
      clearTimeout(this.#timeLimit);
    }
  }

  /** Ended before it was started. */
  #cancelled(): void {
    const { reason } = this.#decision as Exclude<Decision, { kind: 'timed-out' }>;
    this.#save({ status: 'FAILED', statusReason: reason, stoppedAt: Date.now(), isCancelled: true });
  }

  /**
   * Says why the job waits, and cancels it when the queue wants that after a while. Of lacking capacity only EC2's is told:
   * https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable_capacity.html ("Batch detects Amazon EC2 instances").
   */
  #blocked(seen: Blocked | undefined): void {
    clearTimeout(this.#timeLimit);
    const { queue, stateTimeLimitSeconds } = this.#place;
    const isTold = seen !== 'no-capacity' || queue.environments.some(({ host }) => host === 'ec2');
    const blocked = isTold ? seen : undefined;
    const types = queue.environments.map(({ detail }) => detail.computeResources?.type).join(', ');
    const reason = blocked && { 'no-capacity': NO_CAPACITY, 'too-large': TOO_LARGE }[blocked];
    const text =
      blocked &&
      {
        'no-capacity': `Service cannot fulfill the capacity requested for instance type [${types}]`,
        'too-large': `The job needs ${vcpus(this.#job)} vCPUs: every compute environment has a smaller maxvCpus`,
      }[blocked];
    this.#save({ statusReason: reason && `${reason} - ${text}` });
    const action = queue.detail.jobStateTimeLimitActions?.find((one) => one.reason === reason);
    if (!reason || !action) return;
    const seconds = stateTimeLimitSeconds ?? action.maxTimeSeconds!;
    const cancel = () => this.end({ kind: 'cancelled', reason: canceledByTimeLimit(reason) });
    this.#timeLimit = setTimeout(cancel, seconds * 1000);
    this.#timeLimit.unref();
  }

  async #attempt(environment: Environment): Promise<AttemptEnding> {
    const { definition, queue } = this.#place;
    const spec = launchSpec(this.#job, definition, queue, environment);
    this.#save({ status: 'STARTING', statusReason: undefined });
    let timeout: NodeJS.Timeout | undefined;
    try {
      this.#container = await this.#place.fleet.launch(spec);
      this.#save({ status: 'RUNNING', startedAt: this.#container.startedAt });
      if (this.#decision) this.#container.stop('stopped');
      const seconds = this.#job.timeout?.attemptDurationSeconds;
      if (seconds !== undefined && seconds <= LONGEST_TIMER_SECONDS) {
        timeout = setTimeout(() => this.end({ kind: 'timed-out' }), seconds * 1000);
      }
      return await this.#container.ended;
    } catch (error) {
      if (error instanceof LaunchError) return { how: 'failed-to-start', reason: error.message };
      throw error;
    } finally {
      clearTimeout(timeout);
      this.#container = undefined;
    }
  }

  #save(changes: Partial<JobDetail>): void {
    Object.assign(this.#job, changes);
    this.#place.store.save(this.#job);
  }
}
