import type { SchedulerClient, ScheduleSummary } from '@aws-sdk/client-scheduler';
import { objectIn } from '../client/json.ts';
import type { Deployment } from './deployment.ts';

/** A schedule of EventBridge Scheduler that starts a job. */
export interface JobSchedule {
  /** `rate(…)`, `cron(…)` or `at(…)`. */
  expression: string;
  /** Of `cron(…)` and `at(…)`. */
  timezone?: string;
  /** False for one that is switched off. */
  enabled: boolean;
}

/** Pages of 100 schedules. An account may have millions, and nothing but their targets tells which of them are ours. */
const MOST_PAGES = 50;

/**
 * The schedules of each job, by the job's name: those that send `{"job": "NAME", …}` to a function of this deployment.
 *
 * @param onIncomplete - is told when the account has more schedules than are looked at
 * @throws what AWS answers
 */
export async function jobSchedules(
  deployment: Deployment,
  onIncomplete: (message: string) => void,
): Promise<Map<string, JobSchedule[]>> {
  const { paginateListSchedules, SchedulerClient } = await import('@aws-sdk/client-scheduler');
  const isOurs = await targetsOf(deployment);
  const client = new SchedulerClient(deployment.aws);
  const schedules = new Map<string, JobSchedule[]>();
  let pages = 0;
  for await (const { Schedules = [], NextToken } of paginateListSchedules({ client, pageSize: 100 }, {})) {
    const found = await Promise.all(Schedules.filter(isOurs).map((summary) => scheduleOf(client, summary)));
    for (const { job, ...schedule } of found.filter((one) => one !== undefined)) {
      schedules.set(job, [...(schedules.get(job) ?? []), schedule]);
    }
    pages += 1;
    if (pages < MOST_PAGES || !NextToken) continue;
    onIncomplete(`This account has more than ${MOST_PAGES * 100} schedules: the others were not looked at.`);
    break;
  }
  return schedules;
}

/**
 * Whether a schedule's target is a function of this deployment. The engine runs one stack: all functions are its own. A stack on AWS
 * says in outputs which functions its triggers have; the names of functions would not do, since `longhaul-` also begins those of
 * the stack `longhaul-staging`.
 */
async function targetsOf({ engine, outputs, nested }: Deployment): Promise<(schedule: ScheduleSummary) => boolean> {
  if (engine) return () => true;
  const stacks = [outputs, ...Object.values(await nested())];
  const functions = new Set(stacks.map(({ FunctionName }) => FunctionName));
  return ({ Target }) => functions.has(/:function:([^:]+)/.exec(Target?.Arn ?? '')?.[1]);
}

/** Undefined for a schedule that starts no job. */
async function scheduleOf(
  client: SchedulerClient,
  { Name, GroupName }: ScheduleSummary,
): Promise<({ job: string } & JobSchedule) | undefined> {
  const { GetScheduleCommand } = await import('@aws-sdk/client-scheduler');
  const { Target, ScheduleExpression, ScheduleExpressionTimezone, State } = await client.send(
    new GetScheduleCommand({ Name, GroupName }),
  );
  const { job } = objectIn(Target?.Input);
  if (typeof job !== 'string' || !ScheduleExpression) return undefined;
  const timezone = ScheduleExpression.startsWith('rate(') ? undefined : ScheduleExpressionTimezone;
  return {
    job,
    expression: ScheduleExpression,
    ...(timezone !== undefined && { timezone }),
    enabled: State !== 'DISABLED',
  };
}
