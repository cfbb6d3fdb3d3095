import { randomBytes, randomUUID } from 'node:crypto';
import type { Schedule } from './schedule.ts';

/**
 * What a schedule sends to its target for the scheduled time `due` (milliseconds since the epoch): its `Input`, in which
 * Scheduler replaces the context attributes; without one the service's own event.
 * https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
 */
export function schedulePayload(schedule: Schedule, due: number): string {
  // To the second: 2022-03-22T18:59:43Z
  const time = new Date(due).toISOString().replace(/\.\d{3}Z$/, 'Z');
  const { Input } = schedule.target;
  if (Input === undefined || Input === '') return JSON.stringify(defaultEvent(schedule, time));
  const text = typeof Input === 'string' ? Input : JSON.stringify(Input);
  if (schedule.kind === 'rule') return text;
  return text
    .replaceAll('<aws.scheduler.schedule-arn>', schedule.arn)
    .replaceAll('<aws.scheduler.scheduled-time>', time)
    .replaceAll('<aws.scheduler.execution-id>', randomBytes(8).toString('hex'))
    .replaceAll('<aws.scheduler.attempt-number>', '1');
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html */
function defaultEvent(schedule: Schedule, time: string): object {
  const rule = schedule.kind === 'rule';
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: rule ? 'aws.events' : 'aws.scheduler',
    account: '000000000000',
    time,
    region: 'us-east-1',
    resources: [schedule.arn],
    // Scheduler sends its empty detail as text.
    detail: rule ? {} : '{}',
  };
}
