import { type Action, restJsonService, type Service, ServiceError } from '../../endpoint/index.ts';
import { parseTimetable, type Scheduler, scheduleArn } from '../../sources/index.ts';
import { schedulerRights } from './rights.ts';
import { detailOf, scheduleFrom, summaryOf } from './shapes.ts';

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListSchedules.html */
const MOST_RESULTS = 100;

/**
 * The EventBridge Scheduler API over the engine's schedules. Rules of EventBridge are not among them.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html
 */
export function schedulerService(scheduler: Scheduler): Service {
  function find(groupName: string | undefined, name: string) {
    const found = scheduler.get(scheduleArn(groupName ?? 'default', name));
    if (!found) throw new ServiceError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
    return found;
  }

  function put(input: Parameters<typeof scheduleFrom>[0]) {
    const schedule = scheduleFrom(input);
    try {
      parseTimetable(schedule.expression, schedule.timezone);
    } catch (error) {
      throw new ServiceError('ValidationException', (error as Error).message);
    }
    scheduler.put(schedule);
    return { ScheduleArn: schedule.arn };
  }

  const createSchedule: Action = (input: Parameters<typeof scheduleFrom>[0]) => {
    if (scheduler.get(scheduleArn(input.GroupName ?? 'default', input.Name))) {
      throw new ServiceError('ConflictException', `Schedule ${input.Name} already exists.`, 409);
    }
    return put(input);
  };

  const updateSchedule: Action = (input: Parameters<typeof scheduleFrom>[0]) => {
    find(input.GroupName, input.Name);
    return put(input);
  };

  const getSchedule: Action = (input: { Name: string; groupName?: string }) =>
    detailOf(find(input.groupName, input.Name));

  const deleteSchedule: Action = (input: { Name: string; groupName?: string }) => {
    scheduler.remove(find(input.groupName, input.Name).schedule.arn);
    return {};
  };

  const listSchedules: Action = (
    input: Record<'ScheduleGroup' | 'NamePrefix' | 'State' | 'MaxResults' | 'NextToken', string | undefined>,
  ) => {
    const most = Number(input.MaxResults ?? MOST_RESULTS);
    if (!(most >= 1 && most <= MOST_RESULTS)) {
      throw new ServiceError(
        'ValidationException',
        `MaxResults must be 1 to ${MOST_RESULTS}, not ${input.MaxResults}.`,
      );
    }
    const all = scheduler
      .all()
      .filter(({ schedule }) => schedule.kind === 'scheduler')
      .filter(({ schedule }) => !input.ScheduleGroup || schedule.groupName === input.ScheduleGroup)
      .filter(({ schedule }) => !input.State || schedule.state === input.State)
      .filter(({ schedule }) => schedule.name.startsWith(input.NamePrefix ?? ''))
      .filter(({ schedule }) => !input.NextToken || schedule.arn > input.NextToken);
    const page = all.slice(0, most);
    return {
      Schedules: page.map(summaryOf),
      ...(page.length < all.length && { NextToken: page.at(-1)?.schedule.arn }),
    };
  };

  const service = restJsonService('scheduler', [
    ['GET', '/schedules', listSchedules],
    ['GET', '/schedules/{Name}', getSchedule],
    ['POST', '/schedules/{Name}', createSchedule],
    ['PUT', '/schedules/{Name}', updateSchedule],
    ['DELETE', '/schedules/{Name}', deleteSchedule],
  ]);
  return { ...service, rights: schedulerRights };
}
