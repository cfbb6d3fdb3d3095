import type { ExecutionStatus } from '@aws-sdk/client-sfn';
import { ExecutionStateError } from './errors.ts';

/** A container has at most 120 seconds between SIGTERM and SIGKILL on Fargate; the rest is for the services to notice. */
export const LONGEST_STOP_SECONDS = 150;

/** An id taken apart: `<origin>-r2` is what the second resumption of `<origin>` is called. */
export function resumptionOf(id: string): { origin: string; number: number } {
  const [, origin = id, number = '0'] = /^(.+)-r(\d+)$/.exec(id) ?? [];
  return { origin, number: Number(number) };
}

/** The name under which an execution is resumed: `<id>-r1`, then `<id>-r2`, … */
export function nextOf(id: string): string {
  const { origin, number } = resumptionOf(id);
  return `${origin}-r${number + 1}`;
}

/** @throws ExecutionStateError for what runs or has succeeded */
export function checkResumable(id: string, status: ExecutionStatus): void {
  if (status === 'RUNNING') throw new ExecutionStateError(id, `${id} is running; stop it before it is resumed`);
  if (status === 'SUCCEEDED') throw new ExecutionStateError(id, `${id} has succeeded; there is nothing to resume`);
}
