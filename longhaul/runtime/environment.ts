import { EnvironmentError } from './errors.ts';

/** Where an object is, as `s3://bucket/key` says it. */
export interface S3Address {
  bucket: string;
  /** As it is, not URL-encoded. */
  key: string;
}

/** What the state machine tells a container; see DESIGN.md, "What a container is given". */
export interface JobEnvironment {
  jobName: string;
  executionId: string;
  /** The event's text, or where it is when it was too large for an environment variable. */
  event: string | S3Address;
  attempt: number;
  maxAttempts: number;
  interruptions: number;
  /** Its key is a prefix and ends in a slash. */
  artifacts: S3Address;
  /** Of running, from the start of the process. Undefined: no limit. */
  timeoutSeconds: number | undefined;
  /** Between SIGTERM and SIGKILL. */
  stopTimeoutSeconds: number;
}

/** What ECS gives a container whose task definition names no stop timeout (ContainerDefinition, `stopTimeout`: 30 seconds). */
const DEFAULT_STOP_TIMEOUT_SECONDS = 30;

/** Whether Longhaul started this process, with whatever mistakes. */
export const startedByLonghaul = (env: NodeJS.ProcessEnv): boolean =>
  Object.keys(env).some((name) => name.startsWith('STP_'));

/** For a person who runs the job's file by hand. */
export const startedOutside = (job: string): string =>
  `This is the Longhaul job "${job}". It was started by hand: the STP_ variables that tell it its event are not there.

  Start Longhaul with "npm start" and then the job with
    curl -d '{"some":"input"}' http://127.0.0.1:3000/jobs/${job}

  Or give it what the state machine gives: STP_TRIGGER_EVENT_DATA (the event's JSON), STP_JOB_NAME, STP_EXECUTION_ID,
  STP_CURRENT_ATTEMPT, STP_MAXIMUM_ATTEMPTS, STP_INTERRUPTIONS and STP_ARTIFACTS_URI (s3://bucket/prefix/).`;

/**
 * Reads and checks all of it in one go.
 * @throws EnvironmentError that names every variable that is missing or cannot be used, with the value seen
 */
export function readEnvironment(env: NodeJS.ProcessEnv): JobEnvironment {
  const problems: string[] = [];
  const optional = (name: string): string | undefined => env[name] || undefined;
  const required = (name: string): string => {
    const value = optional(name);
    if (value === undefined) problems.push(`${name} is missing`);
    return value ?? '';
  };
  const whole = (name: string, value: string | undefined, least: number): number => {
    if (value === undefined || value === '') return least;
    const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
    if (number >= least && Number.isSafeInteger(number)) return number;
    problems.push(`${name} must be a whole number of at least ${least}, not ${JSON.stringify(value)}`);
    return least;
  };
  const seconds = (name: string): number | undefined => {
    const value = optional(name);
    return value === undefined ? undefined : whole(name, value, 1);
  };
  const address = (name: string, value: string): S3Address => {
    const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(value);
    if (!match && value) problems.push(`${name} must be s3://bucket/key, not ${JSON.stringify(value)}`);
    return { bucket: match?.[1] ?? '', key: match?.[2] ?? '' };
  };

  const data = optional('STP_TRIGGER_EVENT_DATA');
  const uri = optional('STP_TRIGGER_EVENT_URI');
  if (data === undefined && uri === undefined) {
    problems.push('the event is missing: neither STP_TRIGGER_EVENT_DATA nor STP_TRIGGER_EVENT_URI is set');
  }
  const artifacts = address('STP_ARTIFACTS_URI', required('STP_ARTIFACTS_URI'));
  const environment = {
    jobName: required('STP_JOB_NAME'),
    executionId: required('STP_EXECUTION_ID'),
    event: data ?? address('STP_TRIGGER_EVENT_URI', uri ?? ''),
    attempt: whole('STP_CURRENT_ATTEMPT', required('STP_CURRENT_ATTEMPT'), 1),
    maxAttempts: whole('STP_MAXIMUM_ATTEMPTS', required('STP_MAXIMUM_ATTEMPTS'), 1),
    interruptions: whole('STP_INTERRUPTIONS', required('STP_INTERRUPTIONS'), 0),
    artifacts: { ...artifacts, key: artifacts.key.replace(/\/?$/, '/') },
    timeoutSeconds: seconds('STP_TIMEOUT_SECONDS'),
    stopTimeoutSeconds: seconds('STP_STOP_TIMEOUT_SECONDS') ?? DEFAULT_STOP_TIMEOUT_SECONDS,
  };
  if (problems.length > 0) {
    throw new EnvironmentError(`The container's environment is not what Longhaul gives a job: ${problems.join('; ')}`);
  }
  return environment;
}
