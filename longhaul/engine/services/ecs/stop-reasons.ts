import type { TaskStopCode } from '@aws-sdk/client-ecs';

/** `stopCode` and `stoppedReason` of a task: callers judge by these words, so each stands here with its source. */
export interface Stop {
  stopCode: TaskStopCode;
  stoppedReason: string;
}

/** Whatever the exit code: AmazonECS/latest/developerguide/stopped-task-error-codes.html */
export const CONTAINER_EXITED: Stop = {
  stopCode: 'EssentialContainerExited',
  stoppedReason: 'Essential container in task exited',
};

/** The task state change event in AmazonECS/latest/developerguide/fargate-capacity-providers.html */
export const SPOT_INTERRUPTED: Stop = {
  stopCode: 'SpotInterruption',
  stoppedReason: 'Your Spot Task was interrupted.',
};

/** A host of Fargate's went away: AmazonECS/latest/developerguide/task-maintenance.html */
export const MAINTENANCE: Stop = {
  stopCode: 'TerminationNotice',
  stoppedReason: 'ECS is performing maintenance on the underlying infrastructure hosting the task',
};

/** StopTask without a reason has this one. */
export function stoppedByUser(reason = 'Task stopped by user'): Stop {
  return { stopCode: 'UserInitiated', stoppedReason: reason };
}

export function failedToStart(reason: string): Stop {
  return { stopCode: 'TaskFailedToStart', stoppedReason: reason };
}

/** RunTask has no capacity: https://repost.aws/knowledge-center/ecs-fargate-runtask-capacity */
export const NO_CAPACITY =
  'Capacity is unavailable at this time. Please try again later or in a different availability zone';
