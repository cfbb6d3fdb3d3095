import { MalformedEventError, textAt, trigger } from '../trigger.ts';

/** The `Input` of a schedule in a template, with EventBridge Scheduler's context attributes filled in, and what you add. */
interface ScheduleEvent {
  /** The job to start: for schedules in a job's own folder. Without it, the one that the environment variable `JOB` names. */
  job?: string;
  /** `<aws.scheduler.schedule-arn>` */
  scheduleArn: string;
  /** `<aws.scheduler.scheduled-time>`: the time it was due, the same for every delivery. */
  scheduledTime: string;
  [more: string]: unknown;
}

/**
 * The time has come. EventBridge Scheduler invokes at least once for each time, which is why it does not start executions itself:
 * it could give them no name that is the same for each delivery. Its id of an execution is another one at each attempt, and its
 * scheduled time has colons in it, which Step Functions takes in no name (StartExecution, `name`).
 */
export const handler = trigger<ScheduleEvent, ScheduleEvent>({
  source: 'schedule',
  records(event) {
    if (typeof event !== 'object' || event === null || Array.isArray(event)) {
      throw new MalformedEventError("A schedule's Input must be an object with scheduleArn and scheduledTime");
    }
    if (event.job !== undefined) textAt(event, 'job');
    return [event];
  },
  job: ({ job }) => job,
  identity: (event) => [textAt(event, 'scheduleArn'), textAt(event, 'scheduledTime')],
  alone: ({ job: _, ...event }) => event,
});
