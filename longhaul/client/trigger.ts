/**
 * What a function on the path of an event needs, and nothing more: `import { startExecution } from 'longhaul/trigger'`. A bundler that
 * splits code loads all that any function uses of an entry point with each function that imports it, so that this is one of its own.
 */

export { decodeLogs, type LogsData, type LogsEvent } from './decode-logs.ts';
export { decodeS3Key, isS3EventBridgeEvent } from './decode-s3.ts';
export { executionName } from './identity.ts';
export { s3EventName } from './s3-event-name.ts';
export { type Stack, stackFromEnvironment } from './stack.ts';
export { type Started, type StartRequest, startExecution } from './start.ts';
export { type StoredResult, storedResult } from './stored-result.ts';
