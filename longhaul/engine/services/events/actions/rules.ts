import type {
  DeleteRuleCommandInput,
  DescribeRuleCommandInput,
  DescribeRuleCommandOutput,
  ListRulesCommandInput,
  ListRulesCommandOutput,
  PutRuleCommandInput,
  PutRuleCommandOutput,
} from '@aws-sdk/client-eventbridge';
import { page } from '../../page.ts';
import type { EventBuses } from '../event-buses.ts';
import { type Rule, ruleArn } from '../rule.ts';
import { invalid, requireBus, requireRule } from './errors.ts';

const shape = ({ name, arn, pattern, state, description, bus }: Rule) => ({
  Name: name,
  Arn: arn,
  EventPattern: pattern,
  State: state,
  Description: description,
  EventBusName: bus,
});

export function listRules(buses: EventBuses, input: ListRulesCommandInput) {
  const all = buses.rules(requireBus(buses, input.EventBusName));
  const named = all.filter(({ name }) => name.startsWith(input.NamePrefix ?? ''));
  const { items, nextToken } = page(named, input.Limit, input.NextToken);
  return { Rules: items.map(shape), NextToken: nextToken } satisfies Omit<ListRulesCommandOutput, '$metadata'>;
}

export function describeRule(buses: EventBuses, input: DescribeRuleCommandInput) {
  const rule = requireRule(buses, input.EventBusName, input.Name);
  return { ...shape(rule), CreatedBy: '000000000000' } satisfies Omit<DescribeRuleCommandOutput, '$metadata'>;
}

/** Replaces the rule; its targets stay. */
export function putRule(buses: EventBuses, input: PutRuleCommandInput) {
  const { Name = '', EventPattern, ScheduleExpression, State = 'ENABLED', Description } = input;
  const bus = requireBus(buses, input.EventBusName);
  if (!/^[.\-_A-Za-z0-9]{1,64}$/.test(Name)) {
    throw invalid(`Name "${Name}" must be 1 to 64 of: letters, digits, . - _`);
  }
  if (ScheduleExpression !== undefined) {
    throw invalid('The schedule of a rule is not run locally; EventBridge Scheduler is (CreateSchedule).');
  }
  if (EventPattern === undefined) throw invalid('Parameter(s) EventPattern or ScheduleExpression must be specified.');
  const arn = ruleArn(bus, Name);
  buses.putRule({
    bus,
    name: Name,
    arn,
    pattern: EventPattern,
    state: State === 'DISABLED' ? 'DISABLED' : 'ENABLED',
    description: Description,
    targets: buses.rule(bus, Name)?.targets ?? [],
  });
  return { RuleArn: arn } satisfies Omit<PutRuleCommandOutput, '$metadata'>;
}

/** One that is not there is deleted already. */
export function deleteRule(buses: EventBuses, { Name = '', EventBusName }: DeleteRuleCommandInput) {
  const bus = requireBus(buses, EventBusName);
  if (buses.rule(bus, Name)?.targets.length) throw invalid("Rule can't be deleted since it has targets.");
  buses.removeRule(bus, Name);
}
