import type { DescribeJobDefinitionsCommandInput, DescribeJobDefinitionsResponse } from '@aws-sdk/client-batch';
import { page } from '../../page.ts';
import type { Batch } from '../batch.ts';

export const describeJobDefinitions =
  (batch: Batch) =>
  ({ jobDefinitions, jobDefinitionName, status, maxResults, nextToken }: DescribeJobDefinitionsCommandInput) => {
    const wanted = batch.definitions.jobDefinitions
      .map(({ detail }) => detail)
      .filter((one) => !jobDefinitionName || one.jobDefinitionName === jobDefinitionName)
      .filter((one) => !status || one.status === status)
      .filter((one) => {
        if (!jobDefinitions?.length) return true;
        const withRevision = `${one.jobDefinitionName}:${one.revision}`;
        return jobDefinitions.includes(one.jobDefinitionArn) || jobDefinitions.includes(withRevision);
      });
    const { items, ...next } = page(wanted, maxResults, nextToken);
    return { jobDefinitions: items, ...next } satisfies DescribeJobDefinitionsResponse;
  };
