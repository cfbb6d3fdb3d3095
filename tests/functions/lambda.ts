import { readFileSync } from 'node:fs';
import type { Context } from 'aws-lambda';

/** What a handler of this app needs to run: the environment that template.yaml gives it, and Lambda's context. */
export const environment = {
  STATE_MACHINE_ARN: 'arn:aws:states:us-east-1:000000000000:stateMachine:longhaul',
  ARTIFACTS_BUCKET: 'longhaul-artifacts-000000000000-us-east-1',
  JOBS: 'hello-world,csv-report',
  ANSWERS_TABLE: 'longhaul-Answers',
  AWS_REGION: 'us-east-1',
};

export const context = {
  functionName: 'function',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:function',
  memoryLimitInMB: '512',
  awsRequestId: 'c6af9ac6-7b61-11e6-9a41-93e8deadbeef',
  logGroupName: 'group',
  logStreamName: 'stream',
  callbackWaitsForEmptyEventLoop: true,
  getRemainingTimeInMillis: () => 30_000,
  done() {},
  fail() {},
  succeed() {},
} satisfies Context;

/** The sample of a function, fresh for each caller to change. */
// biome-ignore lint/suspicious/noExplicitAny: tests reach into samples of different sources
export const sample = (name: string): any =>
  JSON.parse(readFileSync(new URL(`../../events/${name}.json`, import.meta.url), 'utf8'));

/** S3's own notification of one object, fresh for each caller to change. */
// biome-ignore lint/suspicious/noExplicitAny: as above
export const s3Notification = (): any =>
  JSON.parse(readFileSync(new URL('s3-notification.json', import.meta.url), 'utf8'));
