import { type ExecutionListItem, ListExecutionsCommand } from '@aws-sdk/client-sfn';
import type { AwsClients } from './aws.ts';
import { checkLimit, InvalidCursorError, readCursor, writeCursor } from './cursor.ts';
import type { ExecutionPage, ExecutionSummary, ListQuery } from './driver.ts';
import { readExecution } from './execution.ts';
import type { Stack } from './stack.ts';

const DEFAULT_LIMIT = 20;
const LARGEST_LIMIT = 100;

/** Requests to Step Functions for one page, whatever the history's length. */
const MOST_LISTS = 5;
/** Executions whose names do not say their job are looked at one by one; so many for one page, and so many at once. */
const MOST_LOOKS = 100;
const LOOKS_AT_ONCE = 10;
/** Executions in one answer where most of them may be of other jobs. ListExecutions, `maxResults`: at most 1,000. */
const SEARCH_PAGE = 500;

/** Where a page ends: in which page of Step Functions, and behind which of its executions. */
interface Place {
  token?: string;
  after?: { name: string; time: number };
}

/**
 * A page of executions, the newest first.
 *
 * @throws InvalidCursorError, RangeError for a limit that is none, or what AWS answers
 */
export async function listExecutions(
  { job, status, limit = DEFAULT_LIMIT, cursor }: ListQuery,
  stack: Stack,
  clients: AwsClients,
): Promise<ExecutionPage> {
  checkLimit(limit, LARGEST_LIMIT);
  let place: Place = cursor === undefined ? {} : readCursor(cursor, isPlace);
  const executions: ExecutionSummary[] = [];
  let looks = MOST_LOOKS;
  for (let requests = 0; requests < MOST_LISTS; requests++) {
    const { executions: listed = [], nextToken } = await clients.stepFunctions
      .send(
        new ListExecutionsCommand({
          stateMachineArn: stack.stateMachineArn,
          statusFilter: status,
          maxResults: job === undefined ? limit : SEARCH_PAGE,
          nextToken: place.token,
        }),
      )
      .catch((error: Error) => {
        throw place.token && /^(InvalidToken|ValidationException)$/.test(error.name)
          ? new InvalidCursorError(cursor ?? '', { cause: error })
          : error;
      });
    const rest = behind(listed, place.after);
    for (let first = 0; first < rest.length; first += LOOKS_AT_ONCE) {
      const some = rest.slice(first, first + LOOKS_AT_ONCE);
      looks -= some.filter(({ name }) => jobInName(name) === undefined).length;
      const summaries = await Promise.all(some.map((item) => summaryOf(item, stack, clients)));
      for (const [index, summary] of summaries.entries()) {
        if (job !== undefined && summary.job !== job) continue;
        executions.push(summary);
        if (executions.length === limit) return end(some[index]!, first + index === rest.length - 1);
      }
      if (looks <= 0) return end(some.at(-1)!, first + some.length >= rest.length);
    }
    if (!nextToken) return { executions };
    place = { token: nextToken };

    function end(last: ExecutionListItem, isWhole: boolean): ExecutionPage {
      if (isWhole) return { executions, ...(nextToken && { cursor: writeCursor({ token: nextToken }) }) };
      const after = { name: last.name!, time: timeOf(last) };
      return { executions, cursor: writeCursor({ ...place, after }) };
    }
  }
  return { executions, cursor: writeCursor(place) };
}

/**
 * What stands behind an execution of the same page, which may have changed meanwhile: new executions stand at the beginning of
 * the first one, and those that ended are gone from a list of running ones.
 */
function behind(listed: ExecutionListItem[], after: Place['after']): ExecutionListItem[] {
  if (!after) return listed;
  const index = listed.findIndex(({ name }) => name === after.name);
  return index >= 0 ? listed.slice(index + 1) : listed.filter((item) => timeOf(item) < after.time);
}

/** ListExecutions: running executions are sorted by their start, all others by their end. */
const timeOf = ({ startDate, stopDate }: ExecutionListItem): number => Number(stopDate ?? startDate);

/** Ours are called `<job>-<32 hex digits>`, with `-r1`, … behind it when they were resumed. */
function jobInName(name = ''): string | undefined {
  return /^(.+)-[0-9a-f]{32}(-r\d+)?$/.exec(name)?.[1];
}

async function summaryOf(item: ExecutionListItem, stack: Stack, clients: AwsClients): Promise<ExecutionSummary> {
  const id = item.name!;
  return {
    id,
    job: jobInName(id) ?? (await jobInInput(id, stack, clients)),
    status: item.status!,
    startedAt: item.startDate!.toISOString(),
    ...(item.stopDate && { stoppedAt: item.stopDate.toISOString() }),
  };
}

/** Executions that somebody started by hand have any name. One whose input names no job has none: an empty text. */
async function jobInInput(id: string, stack: Stack, clients: AwsClients): Promise<string> {
  const { job } = (await readExecution(id, stack, clients)).input;
  return typeof job === 'string' ? job : '';
}

function isPlace(value: object): value is Place {
  const { token = '', after } = value as Place;
  return typeof token === 'string' && (!after || (typeof after.name === 'string' && Number.isFinite(after.time)));
}
