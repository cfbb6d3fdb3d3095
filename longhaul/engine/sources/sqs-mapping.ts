import type { Resource } from '../template/model.ts';
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
  Queue: string;
  BatchSize?: number | string;
  MaximumBatchingWindowInSeconds?: number | string;
  FunctionResponseTypes?: string[];
  ScalingConfig?: { MaximumConcurrency?: number | string };
  FilterCriteria?: FilterCriteria;
  Enabled?: boolean | string;
}

/**
 * The queues that functions name as events of type `SQS`.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-sqs.html
 */
export function sqsMappings(resources: Resource[]): SqsMapping[] {
  const mappings: SqsMapping[] = [];
  for (const resource of resources) {
    if (resource.type !== 'AWS::Serverless::Function') continue;
    const events: [string, { Type: string; Properties: SqsProperties }][] = Object.entries(
      resource.properties.Events ?? {},
    );
    for (const [name, { Type, Properties }] of events) {
      if (Type !== 'SQS' || String(Properties.Enabled) === 'false') continue;
      const path = `${resource.path}/${name}`;
      const { MaximumConcurrency } = Properties.ScalingConfig ?? {};
      mappings.push({
        path,
        functionName: resource.ref,
        queueArn: String(Properties.Queue),
        batchSize: Number(Properties.BatchSize ?? 10),
        windowSeconds: Number(Properties.MaximumBatchingWindowInSeconds ?? 0),
        reportsFailures: Properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
        wants: filterOf(Properties, path),
        concurrency: MaximumConcurrency === undefined ? undefined : Number(MaximumConcurrency),
      });
    }
  }
  return mappings;
}

/** @throws Error that says where the pattern stands which is none */
function filterOf({ FilterCriteria }: SqsProperties, path: string): SqsMapping['wants'] {
  try {
    return messageFilter(FilterCriteria);
  } catch (error) {
    throw new Error(`${path}: FilterCriteria: ${(error as Error).message}`, { cause: error });
  }
}
