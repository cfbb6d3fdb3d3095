import type { Resource, TemplateWarning } from '../template/model.ts';

/** What the listener of a load balancer sends its requests to. */
export interface Target {
  targetGroupArn: string;
  functionName: string;
  multiValue: boolean;
}

/** The target of the first listener that forwards to a function, and a warning for each other one. */
export function targetOf(resources: Resource[]): { target?: Target; warnings: TemplateWarning[] } {
  const groups = resources.filter(({ type }) => type === 'AWS::ElasticLoadBalancingV2::TargetGroup');
  const warnings: TemplateWarning[] = [];
  let target: Target | undefined;
  for (const { type, path, properties } of resources) {
    if (type !== 'AWS::ElasticLoadBalancingV2::Listener') continue;
    const [action = {}] = properties.DefaultActions ?? [];
    const group = groups.find(({ ref }) => ref === action.TargetGroupArn);
    const id = group?.properties.TargetType === 'lambda' ? group.properties.Targets?.[0]?.Id : undefined;
    if (!group || typeof id !== 'string') {
      warnings.push({
        path,
        message: 'the engine has listeners that forward to a Lambda function; this one is not served',
      });
    } else if (target) {
      warnings.push({ path, message: 'the engine serves one listener; this one is not served' });
    } else {
      const attributes: { Key: string; Value: unknown }[] = group.properties.TargetGroupAttributes ?? [];
      const multiValue = attributes.some(
        ({ Key, Value }) => Key === 'lambda.multi_value_headers.enabled' && String(Value) === 'true',
      );
      target = { targetGroupArn: group.ref, functionName: id.split(':')[6] ?? id, multiValue };
    }
  }
  return { ...(target && { target }), warnings };
}
