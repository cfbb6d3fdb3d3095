import type { Resource } from '../template/model.ts';

/** A schedule with a function as its target. Times are milliseconds since the epoch. */
export interface Schedule {
  /** EventBridge Scheduler (`ScheduleV2`), or a rule of EventBridge (`Schedule`). They send different events. */
  kind: 'scheduler' | 'rule';
  arn: string;
  name: string;
  /** Of Scheduler; empty for a rule. */
  groupName: string;
  /** Where it stands in the template: `Daily/ScheduleTriggerDue` of a function's event, `Nightly/Schedule` of a resource of its own. */
  label: string;
  expression: string;
  timezone: string;
  state: 'ENABLED' | 'DISABLED';
  startDate: number | undefined;
  endDate: number | undefined;
  description: string | undefined;
  flexibleTimeWindow: { Mode: string; MaximumWindowInMinutes?: number };
  actionAfterCompletion: 'NONE' | 'DELETE';
  target: {
    Arn: string;
    RoleArn: string;
    Input?: string;
    RetryPolicy?: { MaximumEventAgeInSeconds?: number; MaximumRetryAttempts?: number };
    [more: string]: unknown;
  };
}

const ACCOUNT = 'us-east-1:000000000000';

/** The schedules that a template declares, with what cannot run here. */
export function schedulesOf(resources: Resource[]): { schedules: Schedule[]; problems: string[] } {
  const problems: string[] = [];
  const schedules = resources.flatMap((resource) => {
    if (resource.type === 'AWS::Serverless::Function') return ofFunction(resource);
    if (resource.type !== 'AWS::Scheduler::Schedule') return [];
    const target = resource.properties.Target ?? {};
    if (/:lambda:.*:function:/.test(String(target.Arn)))
      return [schedule('scheduler', resource, '', resource.properties, target)];
    problems.push(`${resource.path}: the target ${target.Arn} is not run locally; functions are.`);
    return [];
  });
  return { schedules, problems };
}

// biome-ignore lint/suspicious/noExplicitAny: the properties of a resource or an event, unchecked until here
type Properties = Record<string, any>;

/** https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-schedulev2.html */
function ofFunction(resource: Resource): Schedule[] {
  const events = Object.entries<{ Type: string; Properties?: Properties }>(resource.properties.Events ?? {});
  return events.flatMap(([event, { Type, Properties = {} }]) => {
    if (Type !== 'ScheduleV2' && Type !== 'Schedule') return [];
    const target = {
      Arn: resource.attributes.Arn ?? resource.ref,
      RoleArn: Properties.RoleArn ?? `arn:aws:iam::000000000000:role/${resource.logicalId}${event}Role`,
      ...(Properties.Input !== undefined && { Input: Properties.Input }),
      ...(Properties.RetryPolicy !== undefined && { RetryPolicy: Properties.RetryPolicy }),
      ...(Type === 'ScheduleV2' &&
        Properties.DeadLetterConfig?.Arn !== undefined && {
          DeadLetterConfig: { Arn: Properties.DeadLetterConfig.Arn },
        }),
    };
    return [schedule(Type === 'Schedule' ? 'rule' : 'scheduler', resource, event, Properties, target)];
  });
}

function schedule(
  kind: Schedule['kind'],
  resource: Resource,
  event: string,
  properties: Properties,
  target: Schedule['target'],
): Schedule {
  // CloudFormation makes the names of rules, and of schedules that are to have no fixed one, from the stack's.
  const made = event === '' ? resource.ref : `${resource.ref}-${event}`.slice(-64);
  const fixed =
    kind === 'scheduler' && event !== '' && properties.OmitName !== true ? resource.logicalId + event : undefined;
  const name = String(properties.Name ?? fixed ?? made.split('/').at(-1));
  const groupName = kind === 'rule' ? '' : String(properties.GroupName ?? 'default');
  return {
    kind,
    arn: kind === 'rule' ? `arn:aws:events:${ACCOUNT}:rule/${name}` : scheduleArn(groupName, name),
    name,
    groupName,
    label: resource.path + event,
    expression: String(properties.ScheduleExpression ?? properties.Schedule ?? ''),
    timezone: String(properties.ScheduleExpressionTimezone ?? 'UTC'),
    state: properties.State === 'DISABLED' || properties.Enabled === false ? 'DISABLED' : 'ENABLED',
    startDate: time(properties.StartDate),
    endDate: time(properties.EndDate),
    description: properties.Description,
    flexibleTimeWindow: properties.FlexibleTimeWindow ?? { Mode: 'OFF' },
    actionAfterCompletion: 'NONE',
    target,
  };
}

export function scheduleArn(groupName: string, name: string): string {
  return `arn:aws:scheduler:${ACCOUNT}:schedule/${groupName}/${name}`;
}

/** ISO 8601, in UTC unless it says otherwise. */
function time(text: unknown): number | undefined {
  if (text === undefined) return undefined;
  const date = String(text);
  return Date.parse(/T.*(Z|[+-]\d\d:?\d\d)$/.test(date) ? date : `${date}Z`);
}
