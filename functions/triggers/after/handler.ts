import { DescribeExecutionCommand, SFNClient } from '@aws-sdk/client-sfn';
import type { EventBridgeEvent } from 'aws-lambda';
import type { Started } from 'longhaul/trigger';
import { triggerLambda } from '../../middleware/index.ts';
import { textAt } from '../trigger.ts';
import { allFollowers, doneBy, startFollowers } from './followers.ts';

/** Of the state machine's own event (Step Functions developer guide, "Execution Status Change"), what counts here. */
interface StatusChange {
  executionArn: string;
  name: string;
  status: string;
  /** Left out when input and output are over 248 KiB together. */
  input?: string | null;
}

let client: SFNClient | undefined;

/**
 * An execution has succeeded: the jobs that come after its job start, with its result. Step Functions announces that at best once and
 * EventBridge delivers at least once; what was not announced is found by `sweep.ts`.
 */
export const handler = triggerLambda(async (event: EventBridgeEvent<string, StatusChange>): Promise<Started[]> => {
  const name = textAt(event, 'detail.name');
  if (textAt(event, 'detail.status') !== 'SUCCEEDED') return [];
  const done = doneBy(name, event.detail.input ?? (await inputOf(textAt(event, 'detail.executionArn'))));
  if (!done) return [];
  const followers = (await allFollowers()).filter(({ after }) => after?.name === done.job);
  return startFollowers(done, followers);
});

async function inputOf(executionArn: string): Promise<string> {
  client ??= new SFNClient({});
  const { input } = await client.send(new DescribeExecutionCommand({ executionArn }));
  return input ?? '';
}
