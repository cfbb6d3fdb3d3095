import { ServiceError } from '../../endpoint/service.ts';
import { refusal } from './validation.ts';

/** `maxResults` of 0 or none means 100; at most 1,000 (API reference, ListExecutions and GetExecutionHistory). */
export function pageSize(maxResults: number | undefined): number {
  if (maxResults === undefined || maxResults === 0) return 100;
  if (!Number.isInteger(maxResults) || maxResults < 0 || maxResults > 1000) {
    throw new ServiceError('ValidationException', `maxResults must be an integer from 0 to 1000; it is ${maxResults}`);
  }
  return maxResults;
}

/**
 * The longest token of a service that lists executions or events (aws-sdk's model, ListExecutionsPageToken; PageToken has 1,024).
 */
export const LONGEST_TOKEN = { executions: 3096, events: 1024 };

/**
 * A token is the place of the last row of the page before: the numbers by which the rows are ordered.
 * @throws ServiceError InvalidToken, or ValidationException for one that is too long
 */
export function readToken(token: string | undefined, numbers: number, longest: number): number[] | undefined {
  if (token === undefined) return undefined;
  if (String(token).length > longest) {
    throw refusal('nextToken', token, `Member must have length less than or equal to ${longest}`);
  }
  const parts = Buffer.from(String(token), 'base64url').toString().split('.');
  const place = parts.map(Number);
  if (parts.length !== numbers || parts.includes('') || place.some((one) => !Number.isInteger(one) || one < 0)) {
    throw new ServiceError('InvalidToken', `Invalid Token: '${token}'`);
  }
  return place;
}

export function writeToken(...place: number[]): string {
  return Buffer.from(place.join('.')).toString('base64url');
}
