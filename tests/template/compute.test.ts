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
