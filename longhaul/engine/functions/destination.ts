import { randomUUID } from 'node:crypto';
import { jsonOrText } from '../../client/json.ts';
import type { AsyncEvent } from './async-store.ts';
import type { FunctionDefinition } from './definition.ts';
import type { Result } from './execution-environment.ts';
import { sdkDestinations } from './sdk-destinations.ts';

/** Why a record is sent. */
export type Condition = 'Success' | 'RetriesExhausted' | 'EventAgeExceeded' | 'ZeroReservedConcurrency';

/** Sends an event's record to every destination that its function has for it. Rejects when one was not reached. */
export type Deliver = (definition: FunctionDefinition, event: AsyncEvent) => Promise<void>;

/**
 * The record of an asynchronous invocation, version 1.0.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html
 */
export function invocationRecord(
  event: AsyncEvent,
  functionArn: string,
  condition: Condition,
  now: number,
  result: Result | undefined,
) {
  return {
    version: '1.0',
    timestamp: new Date(now).toISOString(),
    requestContext: {
      requestId: event.requestId,
      functionArn: `${functionArn}:$LATEST`,
      condition,
      approximateInvokeCount: event.attempts,
    },
    requestPayload: JSON.parse(event.payload.toString('utf8')),
    ...(result && {
      responseContext: {
        statusCode: 200,
        executedVersion: '$LATEST',
        ...(result.functionError && { functionError: result.functionError }),
      },
      responsePayload: jsonOrText(result.payload.toString('utf8')), // a runtime of the user's may answer with anything
    }),
  };
}

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
    const record = JSON.parse(text) as ReturnType<typeof invocationRecord>;
    const failed = record.requestContext.condition !== 'Success';
    const arn = failed ? definition.async.onFailure : definition.async.onSuccess;
    if (arn?.includes(':s3:')) await toBucket(arn, recordKey(definition.name, record.timestamp), text);
    else if (arn?.includes(':sqs:')) await toQueue(arn, text);
    const deadLetters = definition.async.deadLetterQueue;
    if (failed && deadLetters) {
      const { errorMessage } = (record.responsePayload ?? {}) as { errorMessage?: unknown };
      // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-retain-records.html#invocation-dlq
      await toQueue(deadLetters, event.payload.toString('utf8'), {
        RequestID: event.requestId,
        ErrorCode: '200',
        ErrorMessage: String(errorMessage ?? record.requestContext.condition).slice(0, 1024),
      });
    }
  };
}
