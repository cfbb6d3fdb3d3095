import type { ListExecutionsCommandInput, ListExecutionsCommandOutput } from '@aws-sdk/client-sfn';
import type { StateMachines } from '../machines.ts';
import { findMachine } from '../names.ts';
import { LONGEST_TOKEN, pageSize, readToken, writeToken } from '../paging.ts';
import { optionalOneOf } from '../validation.ts';

/** API reference, ListExecutions, `statusFilter`. Nothing is redriven here, so none is ever pending. */
const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'];

/** Newest first: running executions by their start, the others by their end. */
export function listExecutions(machines: StateMachines) {
  return (request: ListExecutionsCommandInput): Omit<ListExecutionsCommandOutput, '$metadata'> => {
    const machine = findMachine(machines, request);
    const status = optionalOneOf(request, 'statusFilter', STATUSES);
    const limit = pageSize(request.maxResults);
    const [time = 0, sequence = 0] = readToken(request.nextToken, 2, LONGEST_TOKEN.executions) ?? [];
    const place = request.nextToken === undefined ? undefined : { time, sequence };
    // One more than the page, to know whether there is another.
    const rows = machines.executions.list(machine.arn, status, limit + 1, place);
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      executions: page.map((execution) => ({
        executionArn: execution.arn,
        stateMachineArn: execution.stateMachineArn,
        name: execution.name,
        status: execution.status,
        startDate: new Date(execution.startDate),
        ...(execution.stopDate !== null && { stopDate: new Date(execution.stopDate) }),
        redriveCount: 0,
      })),
      ...(last && rows.length > limit && { nextToken: writeToken(last.stopDate ?? last.startDate, last.sequence) }),
    };
  };
}
