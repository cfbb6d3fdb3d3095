import type { ListExecutionsCommandInput, ListExecutionsCommandOutput } from '@aws-sdk/client-sfn';
import type { StateMachines } from '../machines.ts';
import { findMachine } from '../names.ts';
import { pageSize, readToken, writeToken } from '../paging.ts';
import { optionalOneOf } from '../validation.ts';

/** API reference, ListExecutions, `statusFilter`. Nothing is redriven here, so none is ever pending. */
const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'PENDING_REDRIVE'];

/** Newest first. */
export function listExecutions(machines: StateMachines) {
  return (request: ListExecutionsCommandInput): Omit<ListExecutionsCommandOutput, '$metadata'> => {
    const machine = findMachine(machines, request);
    const status = optionalOneOf(request, 'statusFilter', STATUSES);
    const limit = pageSize(request.maxResults);
    const before = readToken(request.nextToken) ?? Number.MAX_SAFE_INTEGER;
    // One more than the page, to know whether there is another.
    const rows = machines.executions.list(machine.arn, status, limit + 1, before);
    const page = rows.slice(0, limit);
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
      ...(rows.length > limit && { nextToken: writeToken(page.at(-1)?.sequence ?? 0) }),
    };
  };
}
