import type { Statement } from './policy.ts';

/**
 * The policy templates of SAM that concern services of the engine: actions and resources, with the template's parameters in
 * braces. From SAM's transform, `samtranslator/policy_templates_data/policy_templates.json` of version 1.110.0.
 */
const TEMPLATES: Record<string, [actions: string[], resources: string[]][]> = {
  S3ReadPolicy: [
    [
      ['s3:GetObject', 's3:ListBucket', 's3:GetBucketLocation', 's3:GetObjectVersion', 's3:GetLifecycleConfiguration'],
      ['arn:aws:s3:::{BucketName}', 'arn:aws:s3:::{BucketName}/*'],
    ],
  ],
  S3WritePolicy: [
    [
      ['s3:PutObject', 's3:PutObjectAcl', 's3:PutLifecycleConfiguration'],
      ['arn:aws:s3:::{BucketName}', 'arn:aws:s3:::{BucketName}/*'],
    ],
  ],
  S3CrudPolicy: [
    [
      [
        's3:GetObject',
        's3:ListBucket',
        's3:GetBucketLocation',
        's3:GetObjectVersion',
        's3:PutObject',
        's3:PutObjectAcl',
        's3:GetLifecycleConfiguration',
        's3:PutLifecycleConfiguration',
        's3:DeleteObject',
      ],
      ['arn:aws:s3:::{BucketName}', 'arn:aws:s3:::{BucketName}/*'],
    ],
  ],
  S3FullAccessPolicy: [
    [
      [
        's3:GetObject',
        's3:GetObjectAcl',
        's3:GetObjectVersion',
        's3:PutObject',
        's3:PutObjectAcl',
        's3:DeleteObject',
        's3:DeleteObjectTagging',
        's3:DeleteObjectVersionTagging',
        's3:GetObjectTagging',
        's3:GetObjectVersionTagging',
        's3:PutObjectTagging',
        's3:PutObjectVersionTagging',
      ],
      ['arn:aws:s3:::{BucketName}/*'],
    ],
    [
      ['s3:ListBucket', 's3:GetBucketLocation', 's3:GetLifecycleConfiguration', 's3:PutLifecycleConfiguration'],
      ['arn:aws:s3:::{BucketName}'],
    ],
  ],
  SQSPollerPolicy: [
    [
      [
        'sqs:ChangeMessageVisibility',
        'sqs:ChangeMessageVisibilityBatch',
        'sqs:DeleteMessage',
        'sqs:DeleteMessageBatch',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
      ],
      ['arn:aws:sqs:us-east-1:000000000000:{QueueName}'],
    ],
  ],
  SQSSendMessagePolicy: [[['sqs:SendMessage*'], ['arn:aws:sqs:us-east-1:000000000000:{QueueName}']]],
  SNSPublishMessagePolicy: [[['sns:Publish'], ['arn:aws:sns:us-east-1:000000000000:{TopicName}']]],
  SNSCrudPolicy: [
    [
      ['sns:ListSubscriptionsByTopic', 'sns:CreateTopic', 'sns:SetTopicAttributes', 'sns:Subscribe', 'sns:Publish'],
      ['arn:aws:sns:us-east-1:000000000000:{TopicName}*'],
    ],
  ],
  DynamoDBReadPolicy: [
    [
      ['dynamodb:GetItem', 'dynamodb:Scan', 'dynamodb:Query', 'dynamodb:BatchGetItem', 'dynamodb:DescribeTable'],
      [
        'arn:aws:dynamodb:us-east-1:000000000000:table/{TableName}',
        'arn:aws:dynamodb:us-east-1:000000000000:table/{TableName}/index/*',
      ],
    ],
  ],
  DynamoDBWritePolicy: [
    [
      ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:BatchWriteItem'],
      [
        'arn:aws:dynamodb:us-east-1:000000000000:table/{TableName}',
        'arn:aws:dynamodb:us-east-1:000000000000:table/{TableName}/index/*',
      ],
    ],
  ],
  DynamoDBCrudPolicy: [
    [
      [
        'dynamodb:GetItem',
        'dynamodb:DeleteItem',
        'dynamodb:PutItem',
        'dynamodb:Scan',
        'dynamodb:Query',
        'dynamodb:UpdateItem',
        'dynamodb:BatchWriteItem',
        'dynamodb:BatchGetItem',
        'dynamodb:DescribeTable',
        'dynamodb:ConditionCheckItem',
      ],
      [
        'arn:aws:dynamodb:us-east-1:000000000000:table/{TableName}',
        'arn:aws:dynamodb:us-east-1:000000000000:table/{TableName}/index/*',
      ],
    ],
  ],
  DynamoDBStreamReadPolicy: [
    [
      ['dynamodb:DescribeStream', 'dynamodb:GetRecords', 'dynamodb:GetShardIterator'],
      ['arn:aws:dynamodb:us-east-1:000000000000:table/{TableName}/stream/{StreamName}'],
    ],
    [['dynamodb:ListStreams'], ['arn:aws:dynamodb:us-east-1:000000000000:table/{TableName}/stream/*']],
  ],
  KinesisStreamReadPolicy: [
    [['kinesis:ListStreams', 'kinesis:DescribeLimits'], ['arn:aws:kinesis:us-east-1:000000000000:stream/*']],
    [
      ['kinesis:DescribeStream', 'kinesis:DescribeStreamSummary', 'kinesis:GetRecords', 'kinesis:GetShardIterator'],
      ['arn:aws:kinesis:us-east-1:000000000000:stream/{StreamName}'],
    ],
  ],
  KinesisCrudPolicy: [
    [
      [
        'kinesis:AddTagsToStream',
        'kinesis:CreateStream',
        'kinesis:DecreaseStreamRetentionPeriod',
        'kinesis:DeleteStream',
        'kinesis:DescribeStream',
        'kinesis:DescribeStreamSummary',
        'kinesis:GetShardIterator',
        'kinesis:IncreaseStreamRetentionPeriod',
        'kinesis:ListTagsForStream',
        'kinesis:MergeShards',
        'kinesis:PutRecord',
        'kinesis:PutRecords',
        'kinesis:SplitShard',
        'kinesis:RemoveTagsFromStream',
      ],
      ['arn:aws:kinesis:us-east-1:000000000000:stream/{StreamName}'],
    ],
  ],
  LambdaInvokePolicy: [[['lambda:InvokeFunction'], ['arn:aws:lambda:us-east-1:000000000000:function:{FunctionName}*']]],
  StepFunctionsExecutionPolicy: [
    [['states:StartExecution'], ['arn:aws:states:us-east-1:000000000000:stateMachine:{StateMachineName}']],
  ],
  EventBridgePutEventsPolicy: [
    [['events:PutEvents'], ['arn:aws:events:us-east-1:000000000000:event-bus/{EventBusName}']],
  ],
  AWSSecretsManagerGetSecretValuePolicy: [[['secretsmanager:GetSecretValue'], ['{SecretArn}']]],
  FilterLogEventsPolicy: [
    [['logs:FilterLogEvents'], ['arn:aws:logs:us-east-1:000000000000:log-group:{LogGroupName}:log-stream:*']],
  ],
  EcsRunTaskPolicy: [[['ecs:RunTask'], ['arn:aws:ecs:us-east-1:000000000000:task-definition/{TaskDefinition}']]],
};

/** What `{ S3ReadPolicy: { BucketName: … } }` allows; undefined for a template that is not here. */
export function fromTemplate(name: string, parameters: Record<string, unknown>): Statement[] | undefined {
  const given = (text: string) => text.replace(/\{(\w+)\}/g, (_, parameter) => String(parameters?.[parameter] ?? ''));
  return TEMPLATES[name]?.map(([Action, resources]) => ({ Effect: 'Allow', Action, Resource: resources.map(given) }));
}
