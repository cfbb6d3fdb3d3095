import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadStack } from '../../longhaul/engine/template/index.ts';
import { deployment } from '../engine/template-load.ts';
import { list, resources, root } from './templates.ts';

/** The resources that CloudFormation would make with these parameters. */
function deployed(parameters: Record<string, string>) {
  const { stack } = loadStack(join(root, 'template.yaml'), { ...deployment, parameters });
  return stack.resources;
}

describe('in an account that has never used ECS', () => {
  // A cluster with providers fails there, and with it the stack:
  // https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/818
  test('the cluster gets its capacity providers after Batch has made ECS create its service-linked role', () => {
    const [, cluster] = resources('infrastructure/compute.yaml', 'AWS::ECS::Cluster')[0]!;
    expect(cluster.Properties ?? {}).not.toHaveProperty('CapacityProviders');
    const [, providers] = resources('infrastructure/compute.yaml', 'AWS::ECS::ClusterCapacityProviderAssociations')[0]!;
    expect([...list(providers.DependsOn)].sort()).toEqual(['OnDemandEnvironment', 'SpotEnvironment']);
    expect(providers.Properties).toMatchObject({ Cluster: 'Cluster', CapacityProviders: ['FARGATE', 'FARGATE_SPOT'] });
  });

  test('no template makes a service-linked role, because that fails where it exists', () => {
    expect(deployed({}).filter(({ type }) => type === 'AWS::IAM::ServiceLinkedRole')).toEqual([]);
  });
});

test.each(resources('infrastructure/compute.yaml', 'AWS::Batch::ComputeEnvironment'))(
  '%s is changed in place, because a queue with running jobs keeps its environment',
  (_, { Properties }) => expect(Properties.ReplaceComputeEnvironment).toBe(false),
);

describe('the zones of our own VPC', () => {
  const zones = (parameters: Record<string, string>) =>
    deployed(parameters)
      .filter(({ type }) => type === 'AWS::EC2::Subnet')
      .map(({ properties }) => properties.AvailabilityZone);

  test('are the first two of the region', () => expect(zones({})).toEqual(['us-east-1a', 'us-east-1b']));

  test('or those that a parameter names, where others have no Fargate', () => {
    expect(zones({ AvailabilityZones: 'us-east-1c,us-east-1f' })).toEqual(['us-east-1c', 'us-east-1f']);
  });

  test('of which there must be two', () => {
    expect(() => zones({ AvailabilityZones: 'us-east-1c' })).toThrow(/AvailabilityZones/);
  });
});
