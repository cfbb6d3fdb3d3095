import { randomUUID } from 'node:crypto';
import type { AsyncEvent } from './async-store.ts';
import type { FunctionDefinition } from './definition.ts';
import type { Result } from './execution-environment.ts';
import { sdkDestinations } from './sdk-destinations.ts';

/** Why a record is sent. */
export type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';

/** Sends an event's record to every destination that its function has for it. Rejects when one was not reached. */
export type Deliver = (definition: FunctionDefinition, event: AsyncEvent) => Promise<void>;

/** What a record says besides the event and the answer. */
interface RecordHead {
  timestamp: string;
  requestContext: { condition: Condition };
}

/**
 * The record of an asynchronous invocation, version 1.0, as JSON text. The event is in it as it was sent: to write it anew would
 * fail for one that is nested deeper than the stack is.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function invocationRecord(
  event: AsyncEvent,
  functionArn: string,
  condition: Condition,
  now: number,
  result: Result | undefined,
): string {
  const head = JSON.stringify({
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: `${functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: event.attempts,
    },
  });
  const members = [head.slice(1, -1), `"requestPayload":${event.payload.toString('utf8')}`];
  if (result) {
    const { functionError } = result;
    const context = { statusCode: 200, executedVersion: '$LATEST', ...(functionError && { functionError }) };
    members.push(`"responseContext":${JSON.stringify(context)}`, `"responsePayload":${jsonOf(result.payload)}`);
  }
  return `{${members.join(',')}}`;
}

/** A runtime of the user's may answer with anything: what is not JSON becomes a string. */
function jsonOf(payload: Buffer): string {
  const text = payload.toString('utf8');
  try {
    JSON.parse(text);
    return text;
  } catch {
    return JSON.stringify(text);
  }
}

/** The same JSON in characters that SQS takes: #xFFFE and #xFFFF only as escapes (SendMessage, `MessageBody`). */
const forQueue = (json: string): string => json.replaceAll('\ufffe', '\\ufffe').replaceAll('\uffff', '\\uffff');

/** `aws/lambda/async/NAME/2026/10/24/2026-10-24T08.00.00-UUID`: an object's key in an S3 destination. */
function recordKey(functionName: string, time: string): string {
  const day = time.slice(0, 10).replaceAll('-', '/');
  return `aws/lambda/async/${functionName}/${day}/${time.slice(0, 19).replaceAll(':', '.')}-${randomUUID()}`;
}

/** Delivers to the destinations that a function's definition names. @param environment - as `sdkDestinations` takes it */
export function sdkDelivery(environment: Record<string, string>): Deliver {
  const { toQueue, toBucket } = sdkDestinations(environment);
  return async (definition, event) => {
    const text = event.record ?? '';
    const record = JSON.parse(text) as RecordHead & { responsePayload?: { errorMessage?: unknown } | null };
    const failed = record.requestContext.condition !== 'Success';
    const arn = failed ? definition.async.onFailure : definition.async.onSuccess;
    if (arn?.includes(':s3:')) await toBucket(arn, recordKey(definition.name, record.timestamp), text);
    else if (arn?.includes(':sqs:')) await toQueue(arn, forQueue(text));
    const deadLetters = definition.async.deadLetterQueue;
    if (failed && deadLetters) {
      const { errorMessage } = record.responsePayload ?? {};
      // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
      await toQueue(deadLetters, forQueue(event.payload.toString('utf8')), {
        RequestID: event.requestId,
        ErrorCode: '200',
        ErrorMessage: String(errorMessage ?? record.requestContext.condition).slice(0, 1024),
      });
    }
  };
}
