import type {
  ListTargetsByRuleCommandInput,
  ListTargetsByRuleCommandOutput,
  PutTargetsCommandInput,
  RemoveTargetsCommandInput,
} from '@aws-sdk/client-eventbridge';
import { ServiceError } from '../../../endpoint/service.ts';
import { page } from '../../page.ts';
import type { EventBuses } from '../event-buses.ts';
import type { Target } from '../rule.ts';
import { MOST_TARGETS, targetProblem } from '../target-problem.ts';
import { invalid, requireRule } from './errors.ts';

export function listTargetsByRule(buses: EventBuses, input: ListTargetsByRuleCommandInput) {
  const { targets } = requireRule(buses, input.EventBusName, input.Rule);
  const { items, nextToken } = page(targets, input.Limit, input.NextToken);
  return { Targets: items, NextToken: nextToken } satisfies Omit<ListTargetsByRuleCommandOutput, '$metadata'>;
}

export function putTargets(buses: EventBuses, { Rule, EventBusName, Targets = [] }: PutTargetsCommandInput) {
  const rule = requireRule(buses, EventBusName, Rule);
  for (const [index, target] of (Targets as Target[]).entries()) {
    const problem = targetProblem(target, index + 1);
    if (problem) throw invalid(problem);
    if (!/^arn:[^:]*:(lambda|sqs|states):/.test(target.Arn ?? '')) {
      throw invalid(`The target ${target.Arn} is not served locally; functions, queues and state machines are.`);
    }
  }
  const ids = Targets.map(({ Id }) => Id);
  const targets = [...rule.targets.filter(({ Id }) => !ids.includes(Id)), ...(Targets as Target[])];
  if (targets.length > MOST_TARGETS) {
    // Recorded: localstack/localstack, test_add_exceed_fife_targets_per_rule.
    throw new ServiceError('LimitExceededException', 'The requested resource exceeds the maximum number allowed.');
  }
  buses.putRule({ ...rule, targets });
  return { FailedEntryCount: 0, FailedEntries: [] };
}

export function removeTargets(buses: EventBuses, { Rule, EventBusName, Ids = [] }: RemoveTargetsCommandInput) {
  const rule = requireRule(buses, EventBusName, Rule);
  buses.putRule({ ...rule, targets: rule.targets.filter(({ Id }) => !Ids.includes(Id)) });
  return { FailedEntryCount: 0, FailedEntries: [] };
}
