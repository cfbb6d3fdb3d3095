import {
  type CloudFormationClient,
  DescribeStacksCommand,
  paginateListStackResources,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';

/** Outputs of nested stacks by their paths from the root: `Queue`, `Api`, `A/B`. */
export type NestedOutputs = Record<string, Record<string, string>>;

/** A stack to look into. */
interface Nested {
  path: string;
  /** Name or ARN. */
  id: string;
}

/**
 * Stacks that are read at the same time, with two requests each. CloudFormation throttles an account as a whole and does not say at
 * which rate ("Throttling: Rate exceeded"); what it throttles is left to the SDK's retries.
 */
const AT_A_TIME = 4;

/** A stack that is deleted still answers DescribeStacks under its ARN. One that was left in place is no part of its parent. */
const GONE = ['DELETE_COMPLETE', 'DELETE_SKIPPED'];

/** The outputs of a stack, as DescribeStacks gives them. */
export async function outputsOf(client: CloudFormationClient, StackName: string): Promise<Record<string, string>> {
  const { Stacks: [stack] = [] } = await client.send(new DescribeStacksCommand({ StackName }));
  return Object.fromEntries((stack?.Outputs ?? []).map(({ OutputKey, OutputValue }) => [OutputKey, OutputValue]));
}

/** The outputs of all stacks that are nested in one, at any depth. */
export async function nestedOutputs(client: CloudFormationClient, stackName: string): Promise<NestedOutputs> {
  const found: NestedOutputs = {};
  let level = await nestedStacks(client, { path: '', id: stackName });
  while (level.length > 0) {
    const below: Nested[] = [];
    for (let index = 0; index < level.length; index += AT_A_TIME) {
      const some = level.slice(index, index + AT_A_TIME).map(async (nested) => {
        const [outputs, more] = await Promise.all([outputsOf(client, nested.id), nestedStacks(client, nested)]);
        found[nested.path] = outputs;
        below.push(...more);
      });
      await Promise.all(some);
    }
    level = below;
  }
  return found;
}

async function nestedStacks(client: CloudFormationClient, { path, id: StackName }: Nested): Promise<Nested[]> {
  const nested: Nested[] = [];
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName })) {
    for (const { LogicalResourceId, PhysicalResourceId } of StackResourceSummaries.filter(isNestedStack)) {
      nested.push({ path: path === '' ? LogicalResourceId! : `${path}/${LogicalResourceId}`, id: PhysicalResourceId! });
    }
  }
  return nested;
}

function isNestedStack({ ResourceType, PhysicalResourceId, ResourceStatus }: StackResourceSummary): boolean {
  return (
    ResourceType === 'AWS::CloudFormation::Stack' && Boolean(PhysicalResourceId) && !GONE.includes(ResourceStatus ?? '')
  );
}
