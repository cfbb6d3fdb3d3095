import { MalformedEventError, textAt, trigger } from '../trigger.ts';

/** The `Input` of a schedule, with EventBridge Scheduler's context attributes filled in. */
interface ScheduleEvent {
  /** The job to start. Default: the one that the environment variable `JOB` names. */
  job?: string;
  /** `<aws.scheduler.schedule-arn>` */
  scheduleArn: string;
  /** `<aws.scheduler.scheduled-time>`: the time it was due, the same for every delivery. */
  scheduledTime: string;
  /** What else the job is given: the parameter `Input` of the trigger's template. */
  input?: Record<string, unknown>;
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
    if (!isObject(event)) {
      throw new MalformedEventError("A schedule's Input must be an object with scheduleArn and scheduledTime");
    }
    if (event.job !== undefined) textAt(event, 'job');
    if (event.input !== undefined && !isObject(event.input)) {
      throw new MalformedEventError("A schedule's 'input' must be an object");
    }
    return [event];
  },
  job: ({ job }) => job,
  identity: (event) => [textAt(event, 'scheduleArn'), textAt(event, 'scheduledTime')],
  alone: ({ job: _, input, ...event }) => ({ ...event, ...input }),
});

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
