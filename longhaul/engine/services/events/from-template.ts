import type { Resource } from '../../template/model.ts';
import { busName, type Rule, ruleArn, type Target } from './rule.ts';
import { MOST_TARGETS, targetProblem } from './target-problem.ts';

// biome-ignore lint/suspicious/noExplicitAny: the properties of a resource or an event, unchecked until here
type Properties = Record<string, any>;

export interface Declared {
  buses: string[];
  rules: Rule[];
  /** What of it does not run here. */
  problems: string[];
}

/** The buses and rules of a template, also those that SAM makes of events. */
export function declared(resources: Resource[]): Declared {
  const problems: string[] = [];
  const rules = resources.flatMap((resource) =>
    resource.type === 'AWS::Events::Rule' ? ofRule(resource, problems) : [],
  );
  const buses = resources.filter(({ type }) => type === 'AWS::Events::EventBus').map(({ ref }) => ref);
  return { buses, rules, problems };
}

function ofRule({ properties, attributes, ref, path }: Resource, problems: string[]): Rule[] {
  if (properties.ScheduleExpression !== undefined) {
    problems.push(`${path}: the schedule of a rule is not run locally; AWS::Scheduler::Schedule is.`);
  }
  if (properties.EventPattern === undefined) return [];
  const bus = busName(properties.EventBusName);
  const name = ref.split('|').at(-1)!;
  const arn = attributes.Arn ?? ruleArn(bus, name);
  const declaredTargets: Properties[] = [properties.Targets ?? []].flat();
  const targets = declaredTargets.map(targetOf);
  problems.push(...unreachable(path, targets), ...refused(path, targets));
  if (declaredTargets.some(({ DeadLetterConfig: queue }) => queue !== undefined && queue.Arn === undefined)) {
    problems.push(`${path}: the dead-letter queue that SAM would make is not made locally; one by its Arn is used.`);
  }
  return [rule(bus, name, arn, properties.EventPattern, properties, targets)];
}

function rule(bus: string, name: string, arn: string, pattern: unknown, properties: Properties, targets: Target[]) {
  return {
    bus,
    name,
    arn,
    pattern: typeof pattern === 'string' ? pattern : JSON.stringify(numbersOf(pattern ?? {})),
    state: properties.State === 'DISABLED' || properties.Enabled === false ? 'DISABLED' : 'ENABLED',
    description: properties.Description,
    targets,
  } satisfies Rule;
}

/** The bounds of `numeric` may come from parameters, as text. */
function numbersOf(pattern: unknown): unknown {
  if (Array.isArray(pattern)) return pattern.map(numbersOf);
  if (typeof pattern !== 'object' || pattern === null) return pattern;
  return Object.fromEntries(
    Object.entries(pattern).map(([name, value]) => [
      name,
      name === 'numeric' && Array.isArray(value)
        ? value.map((one) => (Number.isFinite(Number(one)) ? Number(one) : one))
        : numbersOf(value),
    ]),
  );
}

function targetOf(properties: Properties): Target {
  const { Id, Arn, Input, InputPath, InputTransformer, RetryPolicy, DeadLetterConfig, SqsParameters, RoleArn } =
    properties;
  return {
    Id: String(Id),
    Arn: String(Arn),
    ...(Input !== undefined && { Input: typeof Input === 'string' ? Input : JSON.stringify(Input) }),
    ...(InputPath !== undefined && { InputPath }),
    ...(InputTransformer !== undefined && { InputTransformer }),
    ...(RetryPolicy !== undefined && { RetryPolicy }),
    ...(DeadLetterConfig?.Arn !== undefined && { DeadLetterConfig: { Arn: DeadLetterConfig.Arn } }),
    ...(SqsParameters !== undefined && { SqsParameters }),
    ...(RoleArn !== undefined && { RoleArn }),
  };
}

/** What a deploy would fail with. */
function refused(path: string, targets: Target[]): string[] {
  const problems = targets.map((target, index) => targetProblem(target, index + 1)).filter((one) => one !== undefined);
  if (targets.length > MOST_TARGETS)
    problems.push(`A rule has at most ${MOST_TARGETS} targets, not ${targets.length}.`);
  return problems.map((problem) => `${path}: AWS would refuse it: ${problem}`);
}

function unreachable(path: string, targets: Target[]): string[] {
  return targets
    .filter(({ Arn }) => !/^arn:[^:]*:(lambda|sqs|states):/.test(Arn))
    .map(({ Arn }) => `${path}: the target ${Arn} is not served locally; functions, queues and state machines are.`);
}
