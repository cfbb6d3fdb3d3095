import { createHash, randomUUID } from 'node:crypto';
import type { SigningKey } from './signing-key.ts';

export interface TokenRequest {
  issuer: string;
  clientId: string;
  /** Words separated by spaces. */
  scope: string | undefined;
  /** The user; the client itself unless told. */
  username: string | undefined;
  /** Seconds; may be negative, for a token that has expired. */
  expiresIn: number;
}

/**
 * An access token as Cognito makes them: no `aud`, the client in `client_id`.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 */
export async function accessToken(request: TokenRequest, key: SigningKey): Promise<string> {
  const { issuer, clientId, scope, username, expiresIn } = request;
  const { SignJWT } = await import('jose');
  const now = Math.floor(Date.now() / 1000);
  return new SignJWT({
    sub: username === undefined ? clientId : subjectOf(username),
    token_use: 'access',
    ...(scope !== undefined && { scope }),
    auth_time: now,
    version: 2,
    jti: randomUUID(),
    client_id: clientId,
    ...(username !== undefined && { username }),
  })
    .setProtectedHeader({ alg: 'RS256', kid: String(key.public.kid) })
    .setIssuer(issuer)
    .setIssuedAt(now + Math.min(expiresIn, 0))
    .setExpirationTime(now + expiresIn)
    .sign(key.private);
}

/** A user's `sub` is a UUID: the same for the same name. */
function subjectOf(username: string): string {
  const hash = createHash('sha256').update(username).digest('hex');
  return hash.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}
