/**
 * Whether an event fits into the container's environment. The state machine hands it over in the overrides of a launch,
 * and ECS takes at most 8,192 characters of overrides (RunTask, "overrides", counted over the whole JSON). Batch accepts
 * a larger one and then fails the job with ECS's text.
 */
export const OVERRIDE_LIMIT = 8_192;

/** What our own part may have; the rest is for the variables that Step Functions and Batch add (names of queue, job, …). */
export const INLINE_LIMIT = 7_000;

/**
 * How long `text` is inside of a JSON string in plain ASCII, at most: each UTF-16 unit beyond it is an escape of six characters. It
 * counts as two of them, as the state machine counts, whose expressions may see two units as one character.
 */
export function jsonLength(text: string): number {
  let length = 0;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7e) length += 12;
    else if (unit < 0x20 && !SHORT_ESCAPES.has(unit)) length += 6;
    else if (unit === 0x22 || unit === 0x5c || unit < 0x20) length += 2;
    else length += 1;
  }
  return length;
}

/** \b \t \n \f \r */
const SHORT_ESCAPES = new Set([0x08, 0x09, 0x0a, 0x0c, 0x0d]);

/** The longest number of seconds or attempts that is worth to be counted. */
const ANY_NUMBER = '9999999999';

/** What surrounds job, id, artifacts and event in the override of a launch, as the state machine composes it. */
const AROUND = JSON.stringify({
  ContainerOverrides: [
    {
      Name: 'job',
      Environment: Object.entries({
        STP_TRIGGER_EVENT_DATA: '',
        STP_JOB_NAME: '',
        STP_EXECUTION_ID: '',
        STP_ARTIFACTS_URI: '',
        STP_CURRENT_ATTEMPT: ANY_NUMBER,
        STP_MAXIMUM_ATTEMPTS: ANY_NUMBER,
        STP_INTERRUPTIONS: ANY_NUMBER,
        STP_TIMEOUT_SECONDS: ANY_NUMBER,
        STP_STOP_TIMEOUT_SECONDS: ANY_NUMBER,
      }).map(([Name, Value]) => ({ Name, Value })),
    },
  ],
}).length;

/** The override of a launch with this event, in characters. Names of jobs, executions and buckets are ASCII without escapes. */
export function overrideLength(launch: { job: string; id: string; artifacts: string; event: string }): number {
  const { job, id, artifacts, event } = launch;
  return AROUND + job.length + id.length + artifacts.length + jsonLength(event);
}

/** Whether the event has to go through S3 instead of the environment. */
export function mustSpill(launch: { job: string; id: string; artifacts: string; event: string }): boolean {
  return launch.event.length > INLINE_LIMIT || overrideLength(launch) > INLINE_LIMIT;
}
