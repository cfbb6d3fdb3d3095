/** What runs inside a job's container: `import { runJob } from 'longhaul/runtime'`. */

export { decodeDynamoDb, type ItemChange } from '../client/decode-dynamodb.ts';
export { decodeKinesis, type KinesisData } from '../client/decode-kinesis.ts';
export { decodeLogs, type LogsData, type LogsEvent } from '../client/decode-logs.ts';
export { type DecodedMessage, decodeSns, decodeSqs } from '../client/decode-messages.ts';
export { decodeS3, decodeS3Key, type S3Object } from '../client/decode-s3.ts';
export type { Artifacts, Checkpoint, JobContext, JobHandler, Progress } from './context.ts';
export type { InputProblem } from './errors.ts';
export {
  EnvironmentError,
  InvalidInputError,
  JobInterruptedError,
  JobTimeoutError,
  PermanentJobError,
  SupersededError,
  TransientJobError,
  UnsavableValueError,
} from './errors.ts';
export type { FailureReport } from './failure.ts';
export type { HookContext, JobHooks } from './hooks.ts';
export { implementJob, type JobImplementation, type RunOptions } from './implementation.ts';
export type { Log } from './log.ts';
export type { ProgressReport } from './progress.ts';
export {
  type LinePosition,
  type Lines,
  type ObjectAddress,
  type ObjectIdentity,
  type ObjectPosition,
  type ObjectReading,
  ObjectReplacedError,
  type ReadLinesOptions,
  type ReadObjectOptions,
} from './reading/index.ts';
export { runJob } from './run.ts';
