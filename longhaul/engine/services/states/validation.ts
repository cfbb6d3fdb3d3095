import { ServiceError } from '../../endpoint/service.ts';

/**
 * What SDKs check before they send a request and curl does not: that the members of a request have their types.
 *
 * @throws ServiceError ValidationException, in the words that AWS has for it
 */
export function optionalText(request: object, member: string): string | undefined {
  const value = (request as Record<string, unknown>)[member];
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') throw refusal(member, value, 'Member must be a string');
  return value;
}

/** @throws ServiceError ValidationException */
export function requiredText(request: object, member: string): string {
  const value = optionalText(request, member);
  if (value === undefined) throw refusal(member, null, 'Member must not be null');
  return value;
}

/** @throws ServiceError ValidationException */
export function optionalOneOf(request: object, member: string, accepted: readonly string[]): string | undefined {
  const value = optionalText(request, member);
  if (value === undefined || accepted.includes(value)) return value;
  throw refusal(member, value, `Member must satisfy enum value set: [${accepted.join(', ')}]`);
}

export function refusal(member: string, value: unknown, constraint: string): ServiceError {
  const seen = value === null ? 'Value null' : `Value ${JSON.stringify(value).replace(/^"|"$/g, "'")}`;
  return new ServiceError(
    'ValidationException',
    `1 validation error detected: ${seen} at '${member}' failed to satisfy constraint: ${constraint}`,
  );
}
