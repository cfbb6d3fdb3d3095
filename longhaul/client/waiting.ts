import type { JobDetail } from '@aws-sdk/client-batch';
import type { Task } from '@aws-sdk/client-ecs';

/**
 * Why a Batch job does not run yet, in words; undefined when it does, or has.
 *
 * Batch gives a reason to the first job of a queue only, and says nothing of lacking capacity on Fargate: https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable.html
 */
export function jobWaitsFor({ status, statusReason, dependsOn = [] }: JobDetail): string | undefined {
  if (status === 'SUBMITTED') return 'Batch to take the job up';
  if (status === 'PENDING') {
    const ids = dependsOn.map(({ jobId }) => jobId).join(', ');
    return ids ? `the jobs that it depends on: ${ids}` : 'the jobs that it depends on';
  }
  if (status === 'STARTING') return 'its container to start: the image is pulled, the network connected';
  if (status !== 'RUNNABLE') return undefined;
  if (!statusReason)
    return 'its turn in the queue, vCPUs that are free within the limit of its compute environments, or capacity';
  const said = (words: string): string => `${words} (${statusReason})`;
  if (statusReason.startsWith('CAPACITY:')) return said('capacity: AWS has none free at the moment');
  if (/MAX_RESOURCE/.test(statusReason)) return said('nothing that will come: it needs more than its queue may use');
  if (statusReason.startsWith('MISCONFIGURATION:')) return said('nothing that will come: its queue cannot run it');
  return said('capacity');
}

/**
 * Why an ECS task does not run yet, in words; undefined when it does, or has.
 *
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html
 */
export function taskWaitsFor({ lastStatus, pullStartedAt, pullStoppedAt }: Task): string | undefined {
  if (lastStatus === 'PROVISIONING') return 'capacity, and a network interface';
  if (lastStatus === 'PENDING' && pullStartedAt && !pullStoppedAt) return 'its image, which is being pulled';
  if (lastStatus === 'PENDING') return 'its container to start: the image is pulled first';
  return lastStatus === 'ACTIVATING' ? 'its network to be connected' : undefined;
}
