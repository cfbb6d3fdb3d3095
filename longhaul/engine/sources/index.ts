import type { DatabaseSync } from 'node:sqlite';
import { backgroundClock } from '../../asl/clock.ts';
import type { Clock } from '../../asl/host.ts';
import type { Functions } from '../functions/index.ts';
import type { ObjectStore } from '../services/s3/index.ts';
import type { Resource } from '../template/model.ts';
import { bucketNotifications, concerns } from './bucket-notifications.ts';
import { s3Event } from './s3-event.ts';
import { schedulesOf } from './schedule.ts';
import { Scheduler } from './scheduler.ts';

export { type Schedule, scheduleArn } from './schedule.ts';
export { Scheduler } from './scheduler.ts';
export { parseTimetable } from './timetable.ts';

export interface SourcesOptions {
  resources: Resource[];
  functions: Functions;
  objectStore: Pick<ObjectStore, 'onEvent'>;
  db: DatabaseSync;
  /** Default: real time. */
  clock?: Clock;
  /** What the user should be told. */
  onNotice?(message: string): void;
}

export interface Sources {
  /** For `schedulerService`. */
  scheduler: Scheduler;
  /**
   * Sends the event of a schedule now. Gives the request id of the invocation.
   * @param scheduleName - its name, its ARN, or its place in the template: `Daily/ScheduleTriggerDue`, `ScheduleTriggerDue` where only one ends so
   */
  fire(scheduleName: string): string;
  close(): void;
}

/** Connects what happens (an object written, a time come) with the functions whose events say so. */
export function startSources(options: SourcesOptions): Sources {
  const { resources, functions, objectStore, db, clock = backgroundClock, onNotice = () => {} } = options;

  const notifications = bucketNotifications(resources);
  for (const { functionName, bucket } of notifications) {
    if (!functions.definitions.has(functionName)) {
      onNotice(`Events of the bucket ${bucket} go to the function ${functionName}, which is not here.`);
    }
  }
  const unlisten = objectStore.onEvent((event) => {
    for (const notification of notifications) {
      if (!concerns(notification, event) || !functions.definitions.has(notification.functionName)) continue;
      functions.enqueue(notification.functionName, JSON.stringify(s3Event(event, notification.id)));
    }
  });

  const scheduler = new Scheduler({
    db,
    clock,
    send: (functionName, payload) => functions.enqueue(functionName, payload),
    notice: onNotice,
  });
  const { schedules, problems } = schedulesOf(resources);
  for (const problem of problems) onNotice(problem);
  scheduler.declare(schedules);

  return {
    scheduler,
    fire: (scheduleName) => scheduler.fire(scheduleName),
    close() {
      unlisten();
      scheduler.close();
    },
  };
}
