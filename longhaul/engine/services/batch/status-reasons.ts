/**
 * What Batch says about a job's end. Callers judge by these words, so each stands here with its source.
 */

/** The container ended by itself, whatever its exit code: https://repost.aws/knowledge-center/batch-job-failure */
export const CONTAINER_EXITED = 'Essential container in task exited';

/** Timed out, whatever the exit code. As `statusReason` of DescribeJobs; the rule: batch/latest/userguide/job_timeouts.html */
export const TIMED_OUT = 'Job attempt duration exceeded timeout';

/**
 * Fargate Spot took the capacity back: Batch hands on the task's `stoppedReason`.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html (task state change event)
 */
export const SPOT_TASK_INTERRUPTED = 'Your Spot Task was interrupted.';

/** A Fargate host went away: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-maintenance.html */
export const FARGATE_MAINTENANCE = 'ECS is performing maintenance on the underlying infrastructure hosting the task';

/** No container ran; the container's reason says why: batch/latest/userguide/job_retries.html (`onStatusReason`) */
export const TASK_FAILED_TO_START = 'Task failed to start';

/** The instance is gone, by Spot or otherwise; matched as `Host EC2*` in batch/latest/userguide/job_retries.html */
export function hostTerminated(instanceId: string): string {
  return `Host EC2 (instance ${instanceId}) terminated.`;
}

/**
 * While the first of a queue cannot be placed, and the values of `jobStateTimeLimitActions[].reason`.
 * https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html
 */
export const NO_CAPACITY = 'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY';
export const TOO_LARGE = 'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE';

/** The page above: the statusReason after the job is canceled. */
export function canceledByTimeLimit(reason: string): string {
  return `Canceled by JobStateTimeLimit action due to reason: ${reason}`;
}
