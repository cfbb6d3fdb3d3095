import type { Resource } from '../../template/model.ts';

interface Throughput {
  ReadCapacityUnits: number | string;
  WriteCapacityUnits: number | string;
}

/**
 * The request that creates the table of an `AWS::DynamoDB::Table`, whose properties have the names of the API's members.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-dynamodb-table.html
 */
export function createTableInput({ ref, properties }: Resource): Record<string, unknown> {
  const { AttributeDefinitions, KeySchema, LocalSecondaryIndexes, GlobalSecondaryIndexes } = properties;
  return {
    TableName: ref,
    AttributeDefinitions,
    KeySchema,
    BillingMode: properties.BillingMode,
    ProvisionedThroughput: numeric(properties.ProvisionedThroughput),
    LocalSecondaryIndexes,
    GlobalSecondaryIndexes: GlobalSecondaryIndexes?.map((index: { ProvisionedThroughput?: Throughput }) => ({
      ...index,
      ProvisionedThroughput: numeric(index.ProvisionedThroughput),
    })),
  };
}

/** Numbers come as text where they come from parameters. */
function numeric(throughput: Throughput | undefined) {
  return (
    throughput && {
      ReadCapacityUnits: Number(throughput.ReadCapacityUnits),
      WriteCapacityUnits: Number(throughput.WriteCapacityUnits),
    }
  );
}
