import type {
  DescribeComputeEnvironmentsCommandInput,
  DescribeComputeEnvironmentsResponse,
} from '@aws-sdk/client-batch';
import { page } from '../../page.ts';
import type { Batch } from '../batch.ts';

export const describeComputeEnvironments =
  (batch: Batch) =>
  ({ computeEnvironments, maxResults, nextToken }: DescribeComputeEnvironmentsCommandInput) => {
    const all = batch.definitions.environments.map(({ detail }) => detail);
    const wanted = computeEnvironments?.length
      ? all.filter(
          (one) =>
            computeEnvironments.includes(one.computeEnvironmentArn) ||
            computeEnvironments.includes(one.computeEnvironmentName),
        )
      : all;
    const { items, ...next } = page(wanted, maxResults, nextToken);
    return { computeEnvironments: items, ...next } satisfies DescribeComputeEnvironmentsResponse;
  };
