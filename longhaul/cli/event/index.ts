import { dynamodb, kinesis, logs, s3 } from './data.ts';
import { eventbridge, sns, sqs, sqsFifo } from './messages.ts';
import { alb, github, http, schedule, stripe } from './requests.ts';
import type { EventSource } from './source.ts';

export { readGiven } from './given.ts';

/** Where events come from, by the name that the command takes. */
export const SOURCES: Record<string, EventSource> = {
  s3,
  sqs,
  'sqs-fifo': sqsFifo,
  sns,
  dynamodb,
  kinesis,
  eventbridge,
  logs,
  http,
  stripe,
  github,
  schedule,
  alb,
};
