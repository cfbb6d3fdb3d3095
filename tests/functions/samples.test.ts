import { BatchClient } from '@aws-sdk/client-batch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import {
  DescribeExecutionCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { mocked } from '../mocked.ts';
import { type AppFunction, functions, root } from '../template/templates.ts';
import { context, sample } from './lambda.ts';

const all = functions().map((one) => [one.path, one] as const);
/** What the variables of functions hold in a deployed stack, where the template alone does not say it. */
const env: Record<string, string> = {
  STATE_MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:longhaul',
  ARTIFACTS_BUCKET: 'longhaul-artifacts-000000000000-us-east-1',
  JOBS: 'hello-world,csv-report',
  ANSWERS_TABLE: 'longhaul-Answers-1A2B3C4D5E6F',
  API_KEYS_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:sample-keys-a1B2c3',
  WEBHOOK_SECRET_ARN: 'arn:aws:secretsmanager:us-east-1:000000000000:secret:sample-a1B2c3',
  WEBHOOK_TOLERANCE_SECONDS: '9999999999',
  FOLLOWERS: 'hello-world',
  JOB: 'hello-world',
  BATCHING: 'record',
  MAX_RECEIVES: '5',
  DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/000000000000/dead-letters',
  WEBHOOKS: 'stripe,github',
};

beforeEach(() => {
  const sfn = mocked(SFNClient);
  sfn.on(StartExecutionCommand).resolves({});
  sfn.on(DescribeExecutionCommand).resolves({ status: 'ABORTED', startDate: new Date(0), input: '{}' });
  sfn.on(StopExecutionCommand).resolves({});
  sfn.on(ListExecutionsCommand).resolves({ executions: [] });
  sfn.on(GetExecutionHistoryCommand).resolves({ events: [] });
  const s3 = mocked(S3Client);
  s3.rejects(Object.assign(new Error('The specified key does not exist.'), { name: 'NoSuchKey' }));
  s3.on(PutObjectCommand).resolves({});
  mocked(DynamoDBClient).resolves({});
  mocked(BatchClient).resolves({});
  const secrets = mocked(SecretsManagerClient);
  secrets.on(GetSecretValueCommand).resolves({ SecretString: 'sample-secret' });
  secrets
    .on(GetSecretValueCommand, { SecretId: env.API_KEYS_SECRET_ARN })
    .resolves({ SecretString: '{"acme":"sample-key"}' });
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

/** Its environment in a deployed stack, which has no AWS_ENDPOINT_URL. */
function environmentOf({ resource }: AppFunction): Record<string, unknown> {
  const { AWS_ENDPOINT_URL: _, ...variables } = resource.Properties.Environment.Variables;
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, env[name] ?? value]));
}

test.each(all)('%s takes its sample in events/', async (_path, one) => {
  const { name, resource } = one;
  for (const [key, value] of Object.entries(environmentOf(one))) vi.stubEnv(key, String(value));
  vi.resetModules(); // the entry point loads one module, once
  const { handler } = await import(`${root}/functions/index.ts`);
  const answer = await handler(sample(name), context);
  expect(answer.statusCode ?? 202).toBeLessThan(300);
  if ('isAuthorized' in answer) expect(answer.isAuthorized).toBe(true);
  if (resource.Properties.Events?.Post) expect(answer.statusCode).toBe(202);
});
