import type { DescribeTaskDefinitionCommandInput, DescribeTaskDefinitionResponse } from '@aws-sdk/client-ecs';
import type { Ecs } from '../ecs.ts';

export const describeTaskDefinition =
  (ecs: Ecs) =>
  ({ taskDefinition, include = [] }: DescribeTaskDefinitionCommandInput) => {
    const { detail, tags } = ecs.definitions.taskDefinition(taskDefinition, 'Unable to describe task definition.');
    const shown = include.includes('TAGS') ? Object.entries(tags).map(([key, value]) => ({ key, value })) : [];
    return { taskDefinition: detail, tags: shown } satisfies DescribeTaskDefinitionResponse;
  };
