import { IdempotencyItemAlreadyExistsError, IdempotencyRecordStatus } from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import { IdempotencyRecord } from '@aws-lambda-powertools/idempotency/persistence';
import {
  ConditionalCheckFailedException,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';

/** The attributes, under the names that Powertools gives them. */
const NAMES = { '#id': 'id', '#until': 'in_progress_expiration' };
const PUT_NAMES = { ...NAMES, '#status': 'status', '#expiration': 'expiration', '#hash': 'validation' };

/**
 * The table of answers. Powertools forgets a request that failed with its hash, or lets it be replaced when its function timed
 * out, although it may have started its execution by then: another body under the key would be taken for it. Here the hash stays,
 * and only the same request may be tried again.
 */
export class Answers extends DynamoDBPersistenceLayer {
  readonly #table: string;
  readonly #client: DynamoDBClient;

  constructor(tableName: string, client = new DynamoDBClient({})) {
    super({ tableName, awsSdkV3Client: client });
    this.#table = tableName;
    this.#client = client;
  }

  /** Forgets a request that was refused before anything was started, as if it had not been sent. */
  async forget(request: object): Promise<void> {
    const Key = this.getKey(this.getHashedIdempotencyKey(request as never));
    await this.#client
      .send(
        new DeleteItemCommand({
          TableName: this.#table,
          Key,
          // Unless it is being tried again already.
          ConditionExpression: '#until = :over',
          ExpressionAttributeNames: { '#until': NAMES['#until'] },
          ExpressionAttributeValues: marshall({ ':over': 0 }),
        }),
      )
      .catch(unlessConditional);
  }

  /** Lets the same request be tried again. */
  protected override async _deleteRecord({ idempotencyKey }: IdempotencyRecord): Promise<void> {
    await this.#client
      .send(
        new UpdateItemCommand({
          TableName: this.#table,
          Key: this.getKey(idempotencyKey),
          UpdateExpression: 'SET #until = :over',
          ConditionExpression: 'attribute_exists(#id)',
          ExpressionAttributeNames: NAMES,
          ExpressionAttributeValues: marshall({ ':over': 0 }),
        }),
      )
      .catch(unlessConditional);
  }

  protected override async _putRecord(record: IdempotencyRecord): Promise<void> {
    const { idempotencyKey, expiryTimestamp, inProgressExpiryTimestamp, payloadHash } = record;
    const now = Date.now();
    const item = {
      id: idempotencyKey,
      status: record.getStatus(),
      expiration: expiryTimestamp,
      in_progress_expiration: inProgressExpiryTimestamp,
      validation: payloadHash,
    };
    try {
      await this.#client.send(
        new PutItemCommand({
          TableName: this.#table,
          Item: marshall(item, { removeUndefinedValues: true }),
          ConditionExpression:
            'attribute_not_exists(#id) OR #expiration < :now OR (#status = :inProgress AND #until < :nowMillis AND #hash = :hash)',
          ExpressionAttributeNames: PUT_NAMES,
          ExpressionAttributeValues: marshall({
            ':now': now / 1000,
            ':nowMillis': now,
            ':inProgress': IdempotencyRecordStatus.INPROGRESS,
            ':hash': payloadHash ?? '',
          }),
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        }),
      );
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      throw new IdempotencyItemAlreadyExistsError('The key was used before', error.Item && recordOf(error.Item));
    }
  }
}

function recordOf(attributes: NonNullable<ConditionalCheckFailedException['Item']>): IdempotencyRecord {
  const { id, status, expiration, in_progress_expiration, data, validation } = unmarshall(attributes);
  return new IdempotencyRecord({
    idempotencyKey: id,
    status,
    expiryTimestamp: expiration,
    inProgressExpiryTimestamp: in_progress_expiration,
    responseData: data,
    payloadHash: validation,
  });
}

function unlessConditional(error: unknown): void {
  if (!(error instanceof ConditionalCheckFailedException)) throw error;
}
