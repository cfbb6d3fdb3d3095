import {
  InvokeCommand,
  type InvokeCommandOutput,
  type LambdaClient,
  type LambdaServiceException,
} from '@aws-sdk/client-lambda';
import { objectIn } from '../json.ts';
import type { DeadLetter } from './letter.ts';

/** What came of sending a letter again. `handled`: by a function that says nothing more. */
export type RetryOutcome =
  | { outcome: 'started' | 'had been started before'; execution: string }
  | { outcome: 'handled' }
  | { outcome: 'failed'; reason: string };

/** What Lambda answers because of this one letter: its function is not there, or its event is over 6 MB (Invoke, "Errors"). */
const STATUSES_OF_THE_LETTER = [404, 413];

/**
 * Gives a letter's event to its function once more, and waits for the answer. The event is the one that the source delivered, so it
 * names the same execution as then: what had started after all starts nothing.
 *
 * @throws whatever Lambda answers when functions cannot be invoked now
 */
export async function sendAgain(client: LambdaClient, letter: DeadLetter): Promise<RetryOutcome> {
  try {
    const Payload = JSON.stringify(letter.event);
    return outcomeOf(
      await client.send(new InvokeCommand({ FunctionName: letter.functionName, Payload, LogType: 'Tail' })),
    );
  } catch (error) {
    const { name, message, $metadata } = error as LambdaServiceException;
    if (!STATUSES_OF_THE_LETTER.includes($metadata?.httpStatusCode ?? 0)) throw error;
    return { outcome: 'failed', reason: `${name}: ${message}` };
  }
}

function outcomeOf({ FunctionError, Payload, LogResult }: InvokeCommandOutput): RetryOutcome {
  const answer = objectIn(Buffer.from(Payload ?? []).toString('utf8'));
  if (FunctionError) return { outcome: 'failed', reason: `${answer.errorType}: ${answer.errorMessage}` };
  const { batchItemFailures: again } = answer;
  if (Array.isArray(again) && again.length > 0) return { outcome: 'failed', reason: 'see the log of the function' };
  return started(Buffer.from(LogResult ?? '', 'base64').toString('utf8')) ?? { outcome: 'handled' };
}

/** Triggers log each start with the execution's id, in a line of JSON. */
function started(log: string): RetryOutcome | undefined {
  for (const line of log.split('\n')) {
    const { message, id } = objectIn(line);
    if (typeof id !== 'string') continue;
    if (message === 'Started') return { outcome: 'started', execution: id };
    if (message === 'Had been started before') return { outcome: 'had been started before', execution: id };
  }
  return undefined;
}
