import type { Resource } from '../template/model.ts';

/** A source from which Lambda itself takes records to a function. */
export interface EventSourceMapping {
  /** `SqsTrigger/Sent`, or `QueueMapping` of a resource of its own: where it is declared. */
  path: string;
  type: 'SQS' | 'DynamoDB' | 'Kinesis';
  /** Its name, or its ARN. */
  functionName: string;
  sourceArn: string;
  /** As CloudFormation names them; SAM's events have the same. */
  // biome-ignore lint/suspicious/noExplicitAny: the properties of a resource, unchecked until here
  properties: any;
}

/** By the service in the ARN of a source. */
const TYPES: Record<string, EventSourceMapping['type']> = { sqs: 'SQS', dynamodb: 'DynamoDB', kinesis: 'Kinesis' };

/**
 * What functions name as events, and what stands in a resource of its own; those that are switched off are left out.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-eventsourcemapping.html
 */
export function eventSourceMappings(resources: Resource[]): EventSourceMapping[] {
  return resources
    .flatMap((resource) => [...fromEvents(resource), ...fromResource(resource)])
    .filter(({ properties }) => String(properties.Enabled) !== 'false');
}

function fromEvents({ type, path, ref, properties }: Resource): EventSourceMapping[] {
  if (type !== 'AWS::Serverless::Function') return [];
  const events = Object.entries<{ Type: string; Properties: EventSourceMapping['properties'] }>(
    properties.Events ?? {},
  );
  return events.flatMap(([name, { Type, Properties }]) => {
    const known = Object.values(TYPES).find((one) => one === Type);
    if (!known) return [];
    const sourceArn = String(known === 'SQS' ? Properties.Queue : Properties.Stream);
    return [{ path: `${path}/${name}`, type: known, functionName: ref, sourceArn, properties: Properties }];
  });
}

function fromResource({ type, path, properties }: Resource): EventSourceMapping[] {
  if (type !== 'AWS::Lambda::EventSourceMapping') return [];
  const sourceArn = String(properties.EventSourceArn);
  const known = TYPES[sourceArn.split(':')[2] ?? ''];
  if (!known) return [];
  return [{ path, type: known, functionName: String(properties.FunctionName), sourceArn, properties }];
}
