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
import { mockClient } from 'aws-sdk-client-mock';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type AppFunction, functions, root } from '../template/templates.ts';
import { context, sample } from './lambda.ts';

const all = functions().map((one) => [one.path, one] as const);
const env = sample('env').Parameters;

beforeEach(() => {
  const sfn = mockClient(SFNClient);
  sfn.on(StartExecutionCommand).resolves({});
  sfn.on(DescribeExecutionCommand).resolves({ status: 'ABORTED', startDate: new Date(0), input: '{}' });
  sfn.on(StopExecutionCommand).resolves({});
  sfn.on(ListExecutionsCommand).resolves({ executions: [] });
  sfn.on(GetExecutionHistoryCommand).resolves({ events: [] });
  const s3 = mockClient(S3Client);
  s3.rejects(Object.assign(new Error('The specified key does not exist.'), { name: 'NoSuchKey' }));
  s3.on(PutObjectCommand).resolves({});
  mockClient(DynamoDBClient).resolves({});
  const secrets = mockClient(SecretsManagerClient);
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

/** Its environment under `sam local invoke --env-vars events/env.json`, which gives values to what is declared, and to nothing else. */
const environmentOf = ({ resource }: AppFunction): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(resource.Properties.Environment.Variables).map(([name, value]) => [name, env[name] ?? value]),
  );

test.each(all)('%s takes the sample in events/, with what events/env.json says', async (_path, one) => {
  const { name, resource } = one;
  for (const [key, value] of Object.entries(environmentOf(one))) vi.stubEnv(key, String(value));
  vi.resetModules(); // the entry point loads one module, once
  const { handler } = await import(`${root}/functions/index.ts`);
  const answer = await handler(sample(name), context);
  expect(answer.statusCode ?? 202).toBeLessThan(300);
  if ('isAuthorized' in answer) expect(answer.isAuthorized).toBe(true);
  if (resource.Properties.Events?.Post) expect(answer.statusCode).toBe(202);
});

test('events/env.json holds what sam local cannot find out: names that only a deployed stack has', () => {
  const variables = all.flatMap(([, { resource }]) => Object.keys(resource.Properties.Environment.Variables));
  for (const name of Object.keys(env)) expect(variables).toContain(name);
  expect(Object.keys(env)).toEqual(expect.arrayContaining(['STATE_MACHINE_ARN', 'ARTIFACTS_BUCKET']));
});
