import { type Asked, arn, type Right } from '../../rights/index.ts';

const table = (name: unknown): string =>
  String(name).startsWith('arn:') ? String(name) : arn('dynamodb', `table/${name}`);

/**
 * A transaction needs the right to each of its actions.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
export function dynamoDbRights({ action: operation, input }: Asked): Right[] {
  const right = (name: string, on: unknown): Right => ({ action: `dynamodb:${name}`, resource: table(on) });
  const items: Record<string, { TableName?: string }>[] = [input.TransactItems ?? []].flat();
  switch (operation) {
    case 'TransactGetItems':
      return items.map(({ Get }) => right('GetItem', Get?.TableName));
    case 'TransactWriteItems':
      return items.flatMap((item) =>
        Object.entries(item).map(([kind, { TableName }]) =>
          right(kind === 'ConditionCheck' ? 'ConditionCheckItem' : `${kind}Item`, TableName),
        ),
      );
    case 'BatchGetItem':
    case 'BatchWriteItem':
      return Object.keys(input.RequestItems ?? {}).map((name) => right(operation, name));
    default: {
      const { TableName, IndexName } = input;
      if (TableName === undefined) return [{ action: `dynamodb:${operation}`, resource: '*' }];
      return [right(operation, IndexName ? `${table(TableName)}/index/${IndexName}` : TableName)];
    }
  }
}

/** An iterator hides the stream that it is of. */
export const dynamoDbStreamsRights = ({ action, input }: Asked): Right[] =>
  action === 'GetRecords' ? [] : [{ action: `dynamodb:${action}`, resource: String(input.StreamArn ?? '*') }];
