import type {
  GetExecutionHistoryCommandInput,
  GetExecutionHistoryCommandOutput,
  HistoryEvent,
} from '@aws-sdk/client-sfn';
import type { StateMachines } from '../machines.ts';
import { findExecution } from '../names.ts';
import { LONGEST_TOKEN, pageSize, readToken, writeToken } from '../paging.ts';

/** What `includeExecutionData: false` leaves out of an event's details. */
const EXECUTION_DATA = new Set(['input', 'output', 'parameters', 'error', 'cause', 'assignedVariables']);

export function getExecutionHistory(machines: StateMachines) {
  return (request: GetExecutionHistoryCommandInput): Omit<GetExecutionHistoryCommandOutput, '$metadata'> => {
    const { arn } = findExecution(machines, request);
    const limit = pageSize(request.maxResults);
    const [after] = readToken(request.nextToken, 1, LONGEST_TOKEN.events) ?? [];
    const rows = machines.journals.events(arn, limit + 1, request.reverseOrder ?? false, after);
    const page = rows.slice(0, limit);
    return {
      events: page.map((event) => {
        const stamped = { ...event, timestamp: new Date(event.timestamp) };
        return (request.includeExecutionData === false ? withoutData(stamped) : stamped) as unknown as HistoryEvent;
      }),
      ...(rows.length > limit && { nextToken: writeToken(page.at(-1)?.id ?? 0) }),
    };
  };
}

function withoutData(event: object): object {
  return Object.fromEntries(
    Object.entries(event).map(([key, value]) => {
      if (!key.endsWith('EventDetails')) return [key, value];
      return [key, Object.fromEntries(Object.entries(value as object).filter(([name]) => !EXECUTION_DATA.has(name)))];
    }),
  );
}
