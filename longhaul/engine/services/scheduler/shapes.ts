import { ServiceError } from '../../endpoint/index.ts';
import { type Schedule, scheduleArn } from '../../sources/index.ts';
import type { StoredSchedule } from '../../sources/schedule-store.ts';

/** `CreateSchedule` and `UpdateSchedule`; dates in seconds since the epoch. */
export interface ScheduleInput {
  Name: string;
  GroupName?: string;
  ScheduleExpression?: string;
  ScheduleExpressionTimezone?: string;
  StartDate?: number;
  EndDate?: number;
  State?: Schedule['state'];
  Description?: string;
  FlexibleTimeWindow?: Schedule['flexibleTimeWindow'];
  ActionAfterCompletion?: Schedule['actionAfterCompletion'];
  Target?: Schedule['target'];
}

/** @throws ServiceError ValidationException */
export function scheduleFrom(input: ScheduleInput): Schedule {
  const { Name, GroupName = 'default', Target, FlexibleTimeWindow, ScheduleExpression } = input;
  if (!/^[0-9a-zA-Z-_.]{1,64}$/.test(Name)) {
    throw new ServiceError('ValidationException', `Name "${Name}" must be 1 to 64 of: letters, digits, - _ .`);
  }
  if (!Target || !FlexibleTimeWindow || !ScheduleExpression) {
    throw new ServiceError('ValidationException', 'ScheduleExpression, Target and FlexibleTimeWindow are required.');
  }
  if (!/:lambda:.*:function:/.test(String(Target.Arn))) {
    throw new ServiceError('ValidationException', `The target ${Target.Arn} is not run locally; functions are.`);
  }
  const milliseconds = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * 1000);
  return {
    kind: 'scheduler',
    arn: scheduleArn(GroupName, Name),
    name: Name,
    groupName: GroupName,
    label: Name,
    expression: ScheduleExpression,
    timezone: input.ScheduleExpressionTimezone ?? 'UTC',
    state: input.State ?? 'ENABLED',
    startDate: milliseconds(input.StartDate),
    endDate: milliseconds(input.EndDate),
    description: input.Description,
    flexibleTimeWindow: FlexibleTimeWindow,
    actionAfterCompletion: input.ActionAfterCompletion ?? 'NONE',
    target: Target,
  };
}

/** The output of `GetSchedule`. */
export function detailOf({ schedule, createdAt, modifiedAt }: StoredSchedule): object {
  const date = (time: number | undefined) => (time === undefined ? undefined : new Date(time));
  return {
    ActionAfterCompletion: schedule.actionAfterCompletion,
    Arn: schedule.arn,
    CreationDate: new Date(createdAt),
    Description: schedule.description,
    EndDate: date(schedule.endDate),
    FlexibleTimeWindow: schedule.flexibleTimeWindow,
    GroupName: schedule.groupName,
    LastModificationDate: new Date(modifiedAt),
    Name: schedule.name,
    ScheduleExpression: schedule.expression,
    ScheduleExpressionTimezone: schedule.timezone,
    StartDate: date(schedule.startDate),
    State: schedule.state,
    Target: schedule.target,
  };
}

/** An element of `ListSchedules`. */
export function summaryOf({ schedule, createdAt, modifiedAt }: StoredSchedule): object {
  return {
    Arn: schedule.arn,
    CreationDate: new Date(createdAt),
    GroupName: schedule.groupName,
    LastModificationDate: new Date(modifiedAt),
    Name: schedule.name,
    State: schedule.state,
    Target: { Arn: schedule.target.Arn },
  };
}
