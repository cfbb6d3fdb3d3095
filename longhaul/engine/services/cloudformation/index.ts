import type {
  DescribeStackResourcesCommandInput,
  DescribeStackResourcesCommandOutput,
  DescribeStacksCommandInput,
  DescribeStacksCommandOutput,
  ListStackResourcesCommandInput,
  ListStackResourcesCommandOutput,
  ListStacksCommandInput,
  ListStacksCommandOutput,
} from '@aws-sdk/client-cloudformation';
import { queryService, type Service, ServiceError } from '../../endpoint/index.ts';
import type { Deployment, Stack } from '../../template/index.ts';
import { page } from '../page.ts';
import { type DeployedStack, deployedStacks } from './deployed-stacks.ts';

type Answer<Output> = Omit<Output, '$metadata'>;

/**
 * CloudFormation, to look at what the engine has loaded of templates. Nothing is deployed through it: stacks change with a
 * restart. Parameters are not shown, since those with NoEcho would be.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Operations.html
 */
export function cloudFormationService(loaded: Stack, deployment: Deployment): Service {
  const stacks = deployedStacks(loaded, deployment);
  const since = new Date();
  const state = { CreationTime: since, StackStatus: 'CREATE_COMPLETE' } as const;

  /** By name or ARN. */
  function find(nameOrId: string | undefined): DeployedStack {
    const found = stacks.find(({ name, id }) => name === nameOrId || id === nameOrId);
    if (found) return found;
    // Recorded: localstack/localstack, cloudformation/api/test_stacks.py.
    throw new ServiceError('ValidationError', `Stack with id ${nameOrId} does not exist`);
  }

  const identity = ({ name, id, parentId }: DeployedStack) => ({
    StackId: id,
    StackName: name,
    ...(parentId && { ParentId: parentId, RootId: stacks[0]?.id }),
  });

  return queryService('cloudformation', 'http://cloudformation.amazonaws.com/doc/2010-05-15/', {
    DescribeStacks({ StackName, NextToken }: DescribeStacksCommandInput): Answer<DescribeStacksCommandOutput> {
      const { items, nextToken } = page(StackName === undefined ? stacks : [find(StackName)], undefined, NextToken);
      const Stacks = items.map((stack) => ({
        ...identity(stack),
        ...state,
        Outputs: Object.entries(stack.outputs).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })),
      }));
      return { Stacks, NextToken: nextToken };
    },

    DescribeStackResources(input: DescribeStackResourcesCommandInput): Answer<DescribeStackResourcesCommandOutput> {
      const stack =
        input.StackName === undefined ? withResource(stacks, input.PhysicalResourceId) : find(input.StackName);
      const StackResources = stack.resources
        .filter(({ logicalId }) => logicalId === (input.LogicalResourceId ?? logicalId))
        .map((resource) => ({
          StackName: stack.name,
          StackId: stack.id,
          ...shown(resource),
          Timestamp: since,
        }));
      return { StackResources };
    },

    ListStackResources({
      StackName,
      NextToken,
    }: ListStackResourcesCommandInput): Answer<ListStackResourcesCommandOutput> {
      const { items, nextToken } = page(find(StackName).resources, undefined, NextToken);
      const StackResourceSummaries = items.map((resource) => ({ ...shown(resource), LastUpdatedTimestamp: since }));
      return { StackResourceSummaries, NextToken: nextToken };
    },

    ListStacks({ StackStatusFilter, NextToken }: ListStacksCommandInput): Answer<ListStacksCommandOutput> {
      const isListed = StackStatusFilter === undefined || StackStatusFilter.includes(state.StackStatus);
      const { items, nextToken } = page(isListed ? stacks : [], undefined, NextToken);
      return { StackSummaries: items.map((stack) => ({ ...identity(stack), ...state })), NextToken: nextToken };
    },
  });
}

function shown({ logicalId, physicalId, type }: DeployedStack['resources'][number]) {
  return {
    LogicalResourceId: logicalId,
    PhysicalResourceId: physicalId,
    ResourceType: type,
    ResourceStatus: 'CREATE_COMPLETE' as const,
  };
}

/** The stack that a resource is in, by its physical id. */
function withResource(stacks: DeployedStack[], physicalId: string | undefined): DeployedStack {
  const found = stacks.find(({ resources }) => resources.some((resource) => resource.physicalId === physicalId));
  if (found) return found;
  throw new ServiceError(
    'ValidationError',
    physicalId === undefined
      ? 'One of StackName and PhysicalResourceId must be given'
      : `Stack for ${physicalId} does not exist`,
  );
}
