import { MalformedEventError, textAt, trigger } from './trigger.ts';

/** The `Input` of a schedule in template.yaml, with EventBridge Scheduler's context attributes filled in, and what you add. */
interface ScheduleEvent {
  /** `<aws.scheduler.schedule-arn>` */
  scheduleArn: string;
  /** `<aws.scheduler.scheduled-time>`: the time it was due, the same for every delivery. */
  scheduledTime: string;
  [more: string]: unknown;
}

/** The time has come. EventBridge Scheduler invokes at least once for each time. */
export const handler = trigger<ScheduleEvent, ScheduleEvent>({
  source: 'schedule',
  records(event) {
    if (typeof event === 'object' && event !== null && !Array.isArray(event)) return [event];
    throw new MalformedEventError("A schedule's Input must be an object with scheduleArn and scheduledTime");
  },
  identity: (event) => [textAt(event, 'scheduleArn'), textAt(event, 'scheduledTime')],
  alone: (event) => event,
});
