import { openDynamoDb, table } from './dynamodb-fixture.ts';

/** Writes items without end, in a process of its own, until it is killed; says after each write that it was answered. */
const { dynamoDb: onDemand } = await openDynamoDb(process.argv[2] ?? '', [
  table({ StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' } }),
]);
const dynamoDb = await onDemand.open();
for (let count = 0; ; count += 4) {
  await Promise.all(
    [0, 1, 2, 3].map((lane) =>
      dynamoDb.dynalite.call('PutItem', {
        TableName: 'longhaul-orders',
        Item: { id: { S: `item-${(count + lane) % 7}` }, count: { N: String(count + lane) } },
      }),
    ),
  );
  process.stdout.write(`${count + 3}\n`);
}
