import { createHash } from 'node:crypto';
import type { Resource } from '../../template/model.ts';
import { type EventSourceMapping, eventSourceMappings } from '../event-source-mappings.ts';
import { recordFilter } from './record-filter.ts';
import type { StartingPosition } from './record-stream.ts';

/** A stream whose records go to a function. */
export interface StreamMapping {
  /** `DynamoDbTrigger/Change`: where it is declared. */
  path: string;
  /** The same over restarts. */
  uuid: string;
  type: 'DynamoDB' | 'Kinesis';
  functionName: string;
  streamArn: string;
  startingPosition: StartingPosition;
  /** Milliseconds since the epoch, for AT_TIMESTAMP. */
  startingTime: number | undefined;
  batchSize: number;
  /** How long a batch is waited for to become full. */
  windowSeconds: number;
  /** Retries after the first attempt; Infinity: until the records expire. */
  maximumRetries: number;
  /** Infinity: until they expire. */
  maximumAgeSeconds: number;
  /** Whether a failed batch is tried again as two halves. */
  bisects: boolean;
  /** Whether the function says which record failed. */
  reportsFailures: boolean;
  /** ARN of a queue or bucket for records that are given up. */
  onFailure: string | undefined;
  /** Whether a record goes to the function; the others are passed over. */
  wants(event: object): boolean;
}

/** The streams from which Lambda takes records to functions. */
export function streamMappings(resources: Resource[]): { mappings: StreamMapping[]; problems: string[] } {
  const mappings: StreamMapping[] = [];
  const problems: string[] = [];
  for (const declared of eventSourceMappings(resources)) {
    const { path, type, properties } = declared;
    if (type === 'SQS') continue;
    problems.push(...notApplied(properties).map((problem) => `${path}: ${problem}`));
    try {
      const wants = recordFilter(properties.FilterCriteria, type);
      mappings.push({ ...mapping({ ...declared, type }), wants });
    } catch (error) {
      problems.push(`${path}: FilterCriteria: ${(error as Error).message}; its records do not reach the function.`);
    }
  }
  return { mappings, problems };
}

/** Defaults are Lambda's. https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html */
function mapping({
  path,
  type,
  functionName,
  sourceArn,
  properties,
}: EventSourceMapping & Pick<StreamMapping, 'type'>): Omit<StreamMapping, 'wants'> {
  const limit = (value: unknown) =>
    value === undefined || Number(value) === -1 ? Number.POSITIVE_INFINITY : Number(value);
  const timestamp = properties.StartingPositionTimestamp;
  return {
    path,
    uuid: uuidOf(`${functionName} ${path} ${sourceArn}`),
    type,
    functionName,
    streamArn: sourceArn,
    startingPosition: properties.StartingPosition ?? 'LATEST',
    startingTime: timestamp === undefined ? undefined : Number(timestamp) * 1000,
    batchSize: Number(properties.BatchSize ?? 100),
    windowSeconds: Number(properties.MaximumBatchingWindowInSeconds ?? 0),
    maximumRetries: limit(properties.MaximumRetryAttempts),
    maximumAgeSeconds: limit(properties.MaximumRecordAgeInSeconds),
    bisects: String(properties.BisectBatchOnFunctionError) === 'true',
    reportsFailures: properties.FunctionResponseTypes?.includes('ReportBatchItemFailures') ?? false,
    onFailure: properties.DestinationConfig?.OnFailure?.Destination,
  };
}

function notApplied(properties: Record<string, unknown>): string[] {
  const problems: string[] = [];
  if (Number(properties.ParallelizationFactor ?? 1) > 1) {
    problems.push('ParallelizationFactor is not applied here; a shard has one batch at a time.');
  }
  if (properties.TumblingWindowInSeconds) {
    problems.push('TumblingWindowInSeconds is not applied here; events carry no window.');
  }
  return problems;
}

function uuidOf(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex');
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
