import type { Resource } from '../template/model.ts';
import { eventSourceMappings } from './event-source-mappings.ts';
import { type FilterCriteria, messageFilter } from './filter-criteria.ts';

/** A queue whose messages go to a function. */
export interface SqsMapping {
  /** `SqsTrigger/Message`: where it is declared. */
  path: string;
  functionName: string;
  queueArn: string;
  batchSize: number;
  /** How long a batch is waited for to become full. */
  windowSeconds: number;
  /** Whether the function says which messages of a batch failed. */
  reportsFailures: boolean;
  /** Whether a message goes to the function; one that does not is deleted. */
  wants(record: { body: string }): boolean;
  /** Batches at a time; undefined when the mapping sets no limit. */
  concurrency: number | undefined;
}

interface SqsProperties {
  BatchSize?: number | string;
  MaximumBatchingWindowInSeconds?: number | string;
  FunctionResponseTypes?: string[];
  ScalingConfig?: { MaximumConcurrency?: number | string };
  FilterCriteria?: FilterCriteria;
}

/**
 * The queues from which Lambda takes messages to functions.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-parameters.html
 */
export function sqsMappings(resources: Resource[]): SqsMapping[] {
  return eventSourceMappings(resources)
    .filter(({ type }) => type === 'SQS')
    .map(({ path, functionName, sourceArn, properties }) => {
      const { BatchSize, MaximumBatchingWindowInSeconds, FunctionResponseTypes, ScalingConfig }: SqsProperties =
        properties;
      const { MaximumConcurrency } = ScalingConfig ?? {};
      return {
        path,
        functionName,
        queueArn: sourceArn,
        batchSize: Number(BatchSize ?? 10),
        windowSeconds: Number(MaximumBatchingWindowInSeconds ?? 0),
        reportsFailures: FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
        wants: filterOf(properties, path),
        concurrency: MaximumConcurrency === undefined ? undefined : Number(MaximumConcurrency),
      };
    });
}

/** @throws Error that says where the pattern stands which is none */
function filterOf({ FilterCriteria }: SqsProperties, path: string): SqsMapping['wants'] {
  try {
    return messageFilter(FilterCriteria);
  } catch (error) {
    throw new Error(`${path}: FilterCriteria: ${(error as Error).message}`, { cause: error });
  }
}
