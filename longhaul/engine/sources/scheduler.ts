import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../asl/host.ts';
import type { Schedule } from './schedule.ts';
import { schedulePayload } from './schedule-payload.ts';
import { ScheduleStore, type StoredSchedule } from './schedule-store.ts';
import { LONGEST_RETRY, parseTimetable } from './timetable.ts';

export interface SchedulerOptions {
  db: DatabaseSync;
  clock: Clock;
  /** Accepts an asynchronous event: on disk when it returns, in the caller's transaction. Gives its request id. */
  send(functionName: string, payload: string): string;
  notice(message: string): void;
}

/** A time is on time for so many milliseconds: Scheduler's precision is a minute. */
const PRECISION = 60_000;

/**
 * Schedules, kept on disk with their next scheduled time; each time is given to its function's queue in the transaction
 * that sets the next one, so that none is sent twice or lost.
 *
 * A time that came while the engine was off counts as a delivery that failed, which Scheduler would try again for as
 * long as the retry policy allows (default 24 hours). So when the engine is back, the newest missed time is sent, unless
 * it is older than `MaximumEventAgeInSeconds`, or `MaximumRetryAttempts` is 0. Older ones are not: a machine that slept
 * over the weekend should not wake up to a thousand jobs.
 *
 * Within a flexible time window a target is invoked at the window's beginning.
 */
export class Scheduler {
  readonly #store: ScheduleStore;
  readonly #options: SchedulerOptions;
  #alarm = new AbortController();
  #closed = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.#store = new ScheduleStore(options.db);
  }

  /** Takes over what the template says now: new and changed schedules begin, missing ones are forgotten. */
  declare(schedules: Schedule[]): void {
    const declared = new Set(schedules.map(({ arn }) => arn));
    for (const stored of this.#store.all()) {
      if (stored.declared && !declared.has(stored.schedule.arn)) this.#store.remove(stored.schedule.arn);
    }
    for (const schedule of schedules) {
      try {
        this.#put(schedule, true);
      } catch (error) {
        this.#options.notice(`${schedule.label}: ${(error as Error).message}`);
      }
    }
    this.wake();
  }

  /** Creates or replaces one. @throws Error for an expression that cannot be read */
  put(schedule: Schedule): void {
    this.#put(schedule, this.#store.get(schedule.arn)?.declared ?? false);
    this.wake();
  }

  remove(arn: string): void {
    this.#store.remove(arn);
    this.wake();
  }

  get(arn: string): StoredSchedule | undefined {
    return this.#store.get(arn);
  }

  all(): StoredSchedule[] {
    return this.#store.all();
  }

  /**
   * Sends the event of one schedule now, whether it is enabled or not; its own times stay as they are.
   *
   * @param name - its name, its ARN, or its place in the template, without the path where no other ends like it
   * @returns the request id of the invocation
   */
  fire(name: string): string {
    const all = this.#store.all().map(({ schedule }) => schedule);
    const labels = (schedules: Schedule[]) => schedules.map(({ label }) => label).join(', ') || 'none';
    const exact = all.find((candidate) => [candidate.name, candidate.arn, candidate.label].includes(name));
    const alike = all.filter(({ label }) => label.endsWith(`/${name}`));
    if (!exact && alike.length > 1) throw new Error(`There are several schedules "${name}": ${labels(alike)}.`);
    const schedule = exact ?? alike[0];
    if (!schedule) throw new Error(`There is no schedule "${name}". There are: ${labels(all)}.`);
    return this.#send(schedule, this.#options.clock.now());
  }

  close(): void {
    this.#closed = true;
    this.#alarm.abort();
  }

  /** Sends what is due and sets the alarm for the next. */
  wake(): void {
    if (this.#closed) return;
    const now = this.#options.clock.now();
    for (const stored of this.#store.all()) {
      if (stored.due !== undefined && stored.due <= now) this.#run(stored, stored.due, now);
    }
    const next = this.#store.all().flatMap(({ due }) => (due === undefined ? [] : [due]));
    this.#alarm.abort();
    this.#alarm = new AbortController();
    if (next.length === 0) return;
    const { signal } = this.#alarm;
    this.#options.clock.until(Math.min(...next), signal).then(
      () => !signal.aborted && this.wake(),
      () => {},
    );
  }

  #run(stored: StoredSchedule, due: number, now: number): void {
    const { schedule } = stored;
    const timetable = parseTimetable(schedule.expression, schedule.timezone);
    const latest = timetable.latest(due, now);
    const next = withinDates(schedule, timetable.after(latest));
    this.#store.atomically(() => {
      if (next === undefined && schedule.actionAfterCompletion === 'DELETE') this.#store.remove(schedule.arn);
      else this.#store.save({ ...stored, due: next });
      const sent = withinDates(schedule, latest) ?? due;
      if (!isForgotten(schedule, now - sent)) this.#trySend(schedule, sent);
    });
  }

  #trySend(schedule: Schedule, due: number): void {
    try {
      this.#send(schedule, due);
    } catch (error) {
      this.#options.notice(`The schedule ${schedule.name} did not reach its target: ${(error as Error).message}`);
    }
  }

  #send(schedule: Schedule, due: number): string {
    return this.#options.send(schedule.target.Arn, schedulePayload(schedule, due));
  }

  #put(schedule: Schedule, declared: boolean): void {
    const now = this.#options.clock.now();
    const before = this.#store.get(schedule.arn);
    const unchanged = before && timing(before.schedule) === timing(schedule);
    const same = before && JSON.stringify(before.schedule) === JSON.stringify(schedule);
    const timetable = parseTimetable(schedule.expression, schedule.timezone);
    const from = Math.max(now, schedule.startDate ?? now);
    // A rule's rate counts from its creation; a schedule's begins at once, or at its start date.
    const first = schedule.state === 'DISABLED' ? undefined : timetable.first(from, schedule.kind === 'rule');
    this.#store.save({
      schedule,
      due: unchanged ? before.due : withinDates(schedule, first),
      declared,
      createdAt: before?.createdAt ?? now,
      modifiedAt: same ? before.modifiedAt : now,
    });
  }
}

/** Everything that the scheduled times depend on. */
function timing({ expression, timezone, state, startDate, endDate }: Schedule): string {
  return JSON.stringify([expression, timezone, state, startDate, endDate]);
}

function withinDates({ endDate }: Schedule, time: number | undefined): number | undefined {
  return time !== undefined && endDate !== undefined && time > endDate ? undefined : time;
}

/** Whether a time that came so many milliseconds ago is not sent any more. */
function isForgotten({ target, flexibleTimeWindow }: Schedule, late: number): boolean {
  if (late <= PRECISION + (flexibleTimeWindow.MaximumWindowInMinutes ?? 0) * 60_000) return false;
  const { MaximumEventAgeInSeconds, MaximumRetryAttempts } = target.RetryPolicy ?? {};
  const age = MaximumEventAgeInSeconds === undefined ? LONGEST_RETRY : Number(MaximumEventAgeInSeconds) * 1000;
  return late > age || MaximumRetryAttempts === 0;
}
