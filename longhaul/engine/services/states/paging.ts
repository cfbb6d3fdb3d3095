import { ServiceError } from '../../endpoint/service.ts';

/** `maxResults` of 0 or none means 100; at most 1,000 (API reference, ListExecutions and GetExecutionHistory). */
export function pageSize(maxResults: number | undefined): number {
  if (maxResults === undefined || maxResults === 0) return 100;
  if (!Number.isInteger(maxResults) || maxResults < 0 || maxResults > 1000) {
    throw new ServiceError('ValidationException', `maxResults must be an integer from 0 to 1000; it is ${maxResults}`);
  }
  return maxResults;
}

/**
 * A token is the place of the last row of the page before: the numbers by which the rows are ordered.
 * @throws ServiceError InvalidToken
 */
export function readToken(token: string | undefined, numbers: number): number[] | undefined {
  if (token === undefined) return undefined;
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
