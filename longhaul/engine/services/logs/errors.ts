import { ServiceError } from '../../endpoint/service.ts';
import type { LogStore } from './log-store.ts';

export const invalid = (message: string) => new ServiceError('InvalidParameterException', message);

/** The group that the input names, by `logGroupName` or, as name or ARN, by `logGroupIdentifier`. */
export function requireGroup(store: LogStore, input: { logGroupName?: string; logGroupIdentifier?: string }): string {
  const { logGroupName, logGroupIdentifier } = input;
  if ((logGroupName === undefined) === (logGroupIdentifier === undefined)) {
    throw invalid('Exactly one of logGroupName and logGroupIdentifier must be given.');
  }
  const name =
    logGroupName ?? logGroupIdentifier!.replace(/^arn:[^:]*:logs:[^:]*:[^:]*:log-group:/, '').replace(/:\*$/, '');
  if (!store.hasGroup(name)) throw notFound('group');
  return name;
}

export function requireStream(store: LogStore, group: string, stream: string): void {
  if (!store.hasStream(group, stream)) throw notFound('stream');
}

const notFound = (what: string) =>
  new ServiceError('ResourceNotFoundException', `The specified log ${what} does not exist.`);

/** @throws InvalidParameterException when it is not a name of 1 to 512 of the characters that are allowed */
export function checkName(member: 'logGroupName' | 'logStreamName', name: unknown): string {
  const pattern = member === 'logGroupName' ? /^[.\-_/#A-Za-z0-9]{1,512}$/ : /^[^:*]{1,512}$/;
  if (typeof name === 'string' && pattern.test(name)) return name;
  throw invalid(
    `1 validation error detected: Value ${JSON.stringify(name)} at '${member}' failed to satisfy constraint: Member must satisfy regular expression pattern: ${pattern.source}`,
  );
}

/** @throws InvalidParameterException when it is not from 1 to `most` */
export function checkLimit(limit: unknown, most: number): number {
  if (limit === undefined || limit === null) return most;
  if (Number.isInteger(limit) && (limit as number) >= 1 && (limit as number) <= most) return limit as number;
  throw invalid(
    `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value between 1 and ${most}`,
  );
}
