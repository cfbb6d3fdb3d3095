import type { Resource } from '../template/model.ts';

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
  /** Batches at a time; undefined when the mapping sets no limit. */
  concurrency: number | undefined;
}

interface SqsProperties {
  Queue: string;
  BatchSize?: number | string;
  MaximumBatchingWindowInSeconds?: number | string;
  FunctionResponseTypes?: string[];
  ScalingConfig?: { MaximumConcurrency?: number | string };
  FilterCriteria?: unknown;
  Enabled?: boolean | string;
}

/**
 * The queues that functions name as events of type `SQS`.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-sqs.html
 */
export function sqsMappings(resources: Resource[]): { mappings: SqsMapping[]; problems: string[] } {
  const mappings: SqsMapping[] = [];
  const problems: string[] = [];
  for (const resource of resources) {
    if (resource.type !== 'AWS::Serverless::Function') continue;
    const events: [string, { Type: string; Properties: SqsProperties }][] = Object.entries(
      resource.properties.Events ?? {},
    );
    for (const [name, { Type, Properties }] of events) {
      if (Type !== 'SQS' || String(Properties.Enabled) === 'false') continue;
      const path = `${resource.path}/${name}`;
      if (Properties.FilterCriteria)
        problems.push(`${path}: FilterCriteria are not applied here; every message is delivered.`);
      const { MaximumConcurrency } = Properties.ScalingConfig ?? {};
      mappings.push({
        path,
        functionName: resource.ref,
        queueArn: String(Properties.Queue),
        batchSize: Number(Properties.BatchSize ?? 10),
        windowSeconds: Number(Properties.MaximumBatchingWindowInSeconds ?? 0),
        reportsFailures: Properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
        concurrency: MaximumConcurrency === undefined ? undefined : Number(MaximumConcurrency),
      });
    }
  }
  return { mappings, problems };
}
