export { type AcceptedInput, acceptInput } from './accept-input.ts';
export type { AwsOptions } from './aws.ts';
export {
  type Client,
  type ClientListQuery,
  type ClientOptions,
  createClient,
  type Execution,
  type ExecutionRef,
  type RunOptions,
  type StartedExecution,
} from './client.ts';
export { decodeDynamoDb, type ItemChange } from './decode-dynamodb.ts';
export { decodeFailedJob, type FailedJob } from './decode-failed-job.ts';
export { decodeKinesis, type KinesisData } from './decode-kinesis.ts';
export { decodeLogs, type LogsData, type LogsEvent } from './decode-logs.ts';
export { type DecodedMessage, decodeSns, decodeSqs } from './decode-messages.ts';
export { decodeS3, decodeS3Key, type S3Object } from './decode-s3.ts';
export type { ExecutionDescription } from './describe.ts';
export type {
  Driver,
  ExecutionPage,
  ExecutionSummary,
  ListQuery,
  LogLine,
  LogPage,
  LogQuery,
  RunOutcome,
  RunRequest,
} from './driver.ts';
export {
  ApiError,
  DuplicateExecutionError,
  ExecutionStateError,
  JobFailedError,
  UnknownExecutionError,
  UnknownJobError,
} from './errors.ts';
export type { FollowOptions, WaitOptions } from './follow.ts';
export { isExecutionName } from './identity.ts';
export { defineJob, type EventOf, type InputOf, type JobDefinition, type NameOf, type ResultOf, typed } from './job.ts';
export { InvalidCursorError } from './page.ts';
export { checkTags, type StartTime, startTime } from './run-options.ts';
export type { Stack } from './stack.ts';
export { type StepFunctionsOptions, stepFunctionsDriver } from './step-functions.ts';
export { type InputProblem, InvalidInputError } from './validate-input.ts';
