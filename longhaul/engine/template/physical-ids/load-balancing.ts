import { type IdentityTable, nameOf, seedOf, text } from './identity.ts';
import { arn, stableCharacters, stableHex } from './names.ts';

const kinds: Record<string, string> = { application: 'app', network: 'net', gateway: 'gwy' };

/** ARNs as in https://docs.aws.amazon.com/elasticloadbalancing/latest/application/ : names have at most 32 characters. */
export const loadBalancing: IdentityTable = {
  'AWS::ElasticLoadBalancingV2::LoadBalancer': (resource, deployment) => {
    const LoadBalancerName = nameOf(resource, deployment, 'Name', 32);
    const kind = kinds[text(resource, 'Type') ?? 'application'] ?? 'app';
    const LoadBalancerFullName = `${kind}/${LoadBalancerName}/${stableHex(seedOf(resource, deployment), 16)}`;
    const LoadBalancerArn = arn(deployment, 'elasticloadbalancing', `loadbalancer/${LoadBalancerFullName}`);
    const number = stableCharacters(LoadBalancerName, 10, '0123456789');
    return {
      ref: LoadBalancerArn,
      attributes: {
        LoadBalancerArn,
        LoadBalancerFullName,
        LoadBalancerName,
        CanonicalHostedZoneID: 'Z35SXDOTRQ7X7K',
        DNSName: deployment.balancerAddress ?? `${LoadBalancerName}-${number}.${deployment.region}.elb.amazonaws.com`,
        SecurityGroups: resource.properties.SecurityGroups ?? [],
      },
    };
  },
  'AWS::ElasticLoadBalancingV2::TargetGroup': (resource, deployment) => {
    const TargetGroupName = nameOf(resource, deployment, 'Name', 32);
    const TargetGroupFullName = `targetgroup/${TargetGroupName}/${stableHex(seedOf(resource, deployment), 16)}`;
    const TargetGroupArn = arn(deployment, 'elasticloadbalancing', TargetGroupFullName);
    return {
      ref: TargetGroupArn,
      attributes: { TargetGroupArn, TargetGroupFullName, TargetGroupName, LoadBalancerArns: [] },
    };
  },
  'AWS::ElasticLoadBalancingV2::Listener': (resource, deployment) => {
    const balancer = (text(resource, 'LoadBalancerArn') ?? '').replace(':loadbalancer/', ':listener/');
    const ListenerArn = `${balancer}/${stableHex(seedOf(resource, deployment), 16)}`;
    return { ref: ListenerArn, attributes: { ListenerArn } };
  },
  'AWS::ElasticLoadBalancingV2::ListenerRule': (resource, deployment) => {
    const listener = (text(resource, 'ListenerArn') ?? '').replace(':listener/', ':listener-rule/');
    const RuleArn = `${listener}/${stableHex(seedOf(resource, deployment), 16)}`;
    return { ref: RuleArn, attributes: { RuleArn, IsDefault: 'false' } };
  },
};
