import { type ExecutionListItem, ListExecutionsCommand, type ListExecutionsOutput } from '@aws-sdk/client-sfn';
import type { AwsClients } from './aws.ts';
import type { ExecutionPage, ExecutionSummary, ListQuery } from './driver.ts';
import { readExecution } from './execution.ts';
import { jobOfExecution } from './identity.ts';
import { EXECUTIONS, InvalidCursorError, limitOf, readCursor, writeCursor } from './page.ts';
import type { Stack } from './stack.ts';

/** Requests to Step Functions for one page, whatever the history's length. */
const MOST_LISTS = 5;
/** Executions whose names do not say their job are looked at one by one; so many for one page, and so many at once. */
const MOST_LOOKS = 100;
const LOOKS_AT_ONCE = 10;
/** Executions in one answer where most of them may be of other jobs. ListExecutions, `maxResults`: at most 1,000. */
const SEARCH_PAGE = 500;

interface Mark {
  name: string;
  /** By which Step Functions sorts: milliseconds since the epoch. */
  time: number;
}

/** Where a page ends: in which page of Step Functions, and behind which of its executions. */
interface Place {
  token?: string;
  after?: Mark;
}

/**
 * A page of executions, the newest first.
 *
 * @throws InvalidCursorError, RangeError for a limit that is none, or what AWS answers
 */
export async function listExecutions(query: ListQuery, stack: Stack, clients: AwsClients): Promise<ExecutionPage> {
  const { job, status, cursor } = query;
  const limit = limitOf(query.limit, EXECUTIONS);
  let place: Place = cursor === undefined ? {} : readCursor(cursor, isPlace);
  const executions: ExecutionSummary[] = [];
  let looks = MOST_LOOKS;
  for (let requests = 0; requests < MOST_LISTS; requests++) {
    const request = new ListExecutionsCommand({
      stateMachineArn: stack.stateMachineArn,
      statusFilter: status,
      maxResults: job === undefined ? limit : SEARCH_PAGE,
      nextToken: place.token,
    });
    const { executions: listed = [], nextToken } = await answerTo(request, clients, cursor);
    const { after } = place;
    const rest = behind(listed, after);
    for (let first = 0; first < rest.length; first += LOOKS_AT_ONCE) {
      const some = rest.slice(first, first + LOOKS_AT_ONCE);
      looks -= some.filter(({ name }) => jobOfExecution(name) === undefined).length;
      const summaries = await Promise.all(some.map((item) => summaryOf(item, stack, clients)));
      const fitting = summaries.filter((summary) => job === undefined || summary.job === job);
      const taken = fitting.slice(0, limit - executions.length);
      executions.push(...taken);
      if (executions.length < limit && looks > 0) continue;
      const last = taken.length < fitting.length ? summaries.indexOf(taken.at(-1)!) : some.length - 1;
      const isWhole = first + last === rest.length - 1;
      if (isWhole && !nextToken) return { executions };
      const end: Place = isWhole ? { token: nextToken! } : { ...place, after: markOf(some[last]!) };
      return { executions, cursor: writeCursor(end) };
    }
    if (!nextToken) return { executions };
    // So many may have started meanwhile that the place where the last page ended is in one that follows.
    const isAhead = after && !listed.some((item) => isMark(item, after) || timeOf(item) < after.time);
    place = { token: nextToken, ...(isAhead && { after }) };
  }
  return { executions, cursor: writeCursor(place) };
}

async function answerTo(
  request: ListExecutionsCommand,
  clients: AwsClients,
  cursor: string | undefined,
): Promise<ListExecutionsOutput> {
  try {
    return await clients.stepFunctions.send(request);
  } catch (error) {
    const isCursor = request.input.nextToken && /^(InvalidToken|ValidationException)$/.test((error as Error).name);
    throw isCursor ? new InvalidCursorError(cursor ?? '', { cause: error }) : error;
  }
}

/**
 * What stands behind an execution, which may have changed meanwhile: new executions stand at the beginning of the first page,
 * and those that ended are gone from a list of running ones.
 */
function behind(listed: ExecutionListItem[], after: Mark | undefined): ExecutionListItem[] {
  if (!after) return listed;
  const index = listed.findIndex((item) => isMark(item, after));
  return index >= 0 ? listed.slice(index + 1) : listed.filter((item) => timeOf(item) < after.time);
}

/** By its time as well: one that ended meanwhile may stand before its old place. */
const isMark = (item: ExecutionListItem, { name, time }: Mark): boolean => item.name === name && timeOf(item) === time;
const markOf = (item: ExecutionListItem): Mark => ({ name: item.name!, time: timeOf(item) });

/** ListExecutions: running executions are sorted by their start, all others by their end. */
const timeOf = ({ startDate, stopDate }: ExecutionListItem): number => Number(stopDate ?? startDate);

async function summaryOf(item: ExecutionListItem, stack: Stack, clients: AwsClients): Promise<ExecutionSummary> {
  const id = item.name!;
  return {
    id,
    job: jobOfExecution(id) ?? (await jobInInput(id, stack, clients)),
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
