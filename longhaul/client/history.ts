import { GetExecutionHistoryCommand, type HistoryEvent } from '@aws-sdk/client-sfn';
import type { AwsClients } from './aws.ts';
import { ofKnown } from './execution.ts';
import { type Launch, launchesIn } from './launch.ts';
import { executionArn, type Stack } from './stack.ts';

/** The most that one request answers (GetExecutionHistory, `maxResults`). A history ends at 25,000 events. */
const LARGEST_PAGE = 1000;

export interface HistoryQuery {
  /** Whether the newest event comes first. */
  newestFirst?: boolean;
  /** Events per request. */
  pageSize?: number;
}

/**
 * An execution's events in pages, the oldest first.
 * @throws UnknownExecutionError, or what AWS answers
 */
export async function* historyOf(
  id: string,
  stack: Stack,
  clients: AwsClients,
  { newestFirst = false, pageSize = LARGEST_PAGE }: HistoryQuery = {},
): AsyncGenerator<HistoryEvent[], void, undefined> {
  let nextToken: string | undefined;
  do {
    const request = new GetExecutionHistoryCommand({
      executionArn: executionArn(stack, id),
      reverseOrder: newestFirst,
      maxResults: pageSize,
      nextToken,
    });
    const page = await ofKnown(id, () => clients.stepFunctions.send(request));
    yield page.events ?? [];
    nextToken = page.nextToken;
  } while (nextToken);
}

/**
 * The newest launch of an execution, if there is one, and the events that were read to find it: it stands near the history's end.
 * @throws UnknownExecutionError, or what AWS answers
 */
export async function newestLaunch(
  id: string,
  stack: Stack,
  clients: AwsClients,
): Promise<{ launch: Launch | undefined; newestFirst: HistoryEvent[] }> {
  const newestFirst: HistoryEvent[] = [];
  for await (const page of historyOf(id, stack, clients, { newestFirst: true, pageSize: 100 })) {
    newestFirst.push(...page);
    const launch = launchesIn(newestFirst.toReversed()).at(-1);
    if (launch) return { launch, newestFirst };
  }
  return { launch: undefined, newestFirst };
}
