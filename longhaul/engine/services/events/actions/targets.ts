import type {
  ListTargetsByRuleCommandInput,
  ListTargetsByRuleCommandOutput,
  PutTargetsCommandInput,
  RemoveTargetsCommandInput,
} from '@aws-sdk/client-eventbridge';
import { page } from '../../page.ts';
import type { EventBuses } from '../event-buses.ts';
import type { Target } from '../rule.ts';
import { invalid, requireRule } from './errors.ts';

/** "Up to five targets per rule" (EventBridge quotas). */
const LIMIT = 5;

export function listTargetsByRule(buses: EventBuses, input: ListTargetsByRuleCommandInput) {
  const { targets } = requireRule(buses, input.EventBusName, input.Rule);
  const { items, nextToken } = page(targets, input.Limit, input.NextToken);
  return { Targets: items, NextToken: nextToken } satisfies Omit<ListTargetsByRuleCommandOutput, '$metadata'>;
}

export function putTargets(buses: EventBuses, { Rule, EventBusName, Targets = [] }: PutTargetsCommandInput) {
  const rule = requireRule(buses, EventBusName, Rule);
  for (const { Id, Arn, Input, InputPath, InputTransformer } of Targets) {
    if (!/^arn:[^:]*:(lambda|sqs|states):/.test(Arn ?? '')) {
      throw invalid(`The target ${Arn} is not served locally; functions, queues and state machines are.`);
    }
    if ([Input, InputPath, InputTransformer].filter((one) => one !== undefined).length > 1) {
      throw invalid(`Only one of Input, InputPath, or InputTransformer must be provided for target ${Id}.`);
    }
  }
  const ids = Targets.map(({ Id }) => Id);
  const targets = [...rule.targets.filter(({ Id }) => !ids.includes(Id)), ...(Targets as Target[])];
  if (targets.length > LIMIT)
    throw invalid(`A rule has at most ${LIMIT} targets; this one would have ${targets.length}.`);
  buses.putRule({ ...rule, targets });
  return { FailedEntryCount: 0, FailedEntries: [] };
}

export function removeTargets(buses: EventBuses, { Rule, EventBusName, Ids = [] }: RemoveTargetsCommandInput) {
  const rule = requireRule(buses, EventBusName, Rule);
  buses.putRule({ ...rule, targets: rule.targets.filter(({ Id }) => !Ids.includes(Id)) });
  return { FailedEntryCount: 0, FailedEntries: [] };
}
