import { type Json, StateError } from './host.ts';

/**
 * Bytes of UTF-8 that the input or result of a state, one variable, or all variables of one Assign may have
 * (service-quotas.html: 256 KiB; workflow-variables.html, "Limits").
 */
export const payloadLimit = 262_144;

/** Bytes of all variables of an execution (workflow-variables.html, "Limits"). */
export const variablesLimit = 10 * 1024 * 1024;

export function bytesOf(value: Json): number {
  return Buffer.byteLength(JSON.stringify(value), 'utf8');
}

/** The `States.DataLimitExceeded` of a task's result. */
export class ResultTooLarge extends StateError {}

/** Throws `States.DataLimitExceeded` for what is larger than a payload may be; `subject` is the state or the task's service. */
export function holdToLimit(value: Json, subject: string, Failure: typeof StateError = StateError): void {
  if (bytesOf(value) > payloadLimit) {
    throw new Failure(
      'States.DataLimitExceeded',
      `The state/task '${subject}' returned a result with a size exceeding the maximum number of bytes service limit.`,
    );
  }
}
