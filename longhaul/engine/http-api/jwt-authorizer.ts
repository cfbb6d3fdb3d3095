import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { type Answer, message } from './answer.ts';
import type { JwtAuthorizer } from './authorizers.ts';
import { identityAt, type RequestEvent } from './identity-source.ts';

/** API Gateway takes no others. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html */
const ALGORITHMS = ['RS256', 'RS384', 'RS512'];
/** The same page: "API Gateway can cache the public key for two hours". Milliseconds. */
const KEYS_KEPT = 2 * 60 * 60 * 1000;

/** Whoever brings a token that its issuer signed, or the answer to whoever does not. */
export type Authorized = { context: object } | { refusal: Answer };

/** Checks tokens, and keeps the keys of their issuers. */
export class JwtVerifier {
  readonly #keys = new Map<string, { found: Promise<JWTVerifyGetKey>; since: number }>();

  async authorize(authorizer: JwtAuthorizer, event: RequestEvent): Promise<Authorized> {
    const { issuer, audience, scopes } = authorizer;
    const token = identityAt(authorizer.identitySource, event)?.replace(/^Bearer\s+/i, '');
    if (token === undefined) return unauthorized('Bearer');
    const { errors, jwtVerify } = await import('jose');
    let claims: JWTPayload;
    try {
      const keys = await this.#keysOf(issuer);
      claims = (await jwtVerify(token, keys, { issuer, algorithms: ALGORITHMS })).payload;
    } catch (error) {
      return invalid(scopes, reason(error as Error, errors));
    }
    // `client_id` counts only where there is no `aud`: Cognito's access tokens.
    const meant = [claims.aud ?? (claims.client_id as string | undefined) ?? []].flat();
    if (!meant.some((one) => audience.includes(one)))
      return invalid(scopes, 'the token does not have a valid audience');
    if (claims.exp === undefined) return invalid(scopes, 'the token must have an expiration time');
    if (claims.iat !== undefined && claims.iat > Date.now() / 1000) {
      return invalid(scopes, 'the token was issued in the future');
    }
    const granted = scopesOf(claims);
    if (scopes.length > 0 && !scopes.some((scope) => granted.includes(scope))) {
      const challenge = `Bearer scope="${scopes.join(' ')}" error="insufficient_scope" error_description="the token does not have a valid scope"`;
      return refused(403, 'Forbidden', challenge);
    }
    return { context: { jwt: { claims: asText(claims), scopes: scopes.length > 0 ? granted : null } } };
  }

  /** By discovery: `<issuer>/.well-known/openid-configuration` says where the keys are. */
  #keysOf(issuer: string): Promise<JWTVerifyGetKey> {
    const known = this.#keys.get(issuer);
    if (known && Date.now() - known.since < KEYS_KEPT) return known.found;
    const found = discover(issuer);
    this.#keys.set(issuer, { found, since: Date.now() });
    found.catch(() => this.#keys.delete(issuer));
    return found;
  }
}

async function discover(issuer: string): Promise<JWTVerifyGetKey> {
  const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    if (!answer.ok) throw new Error(`${url} answers ${answer.status}`);
    const { jwks_uri: keys } = (await answer.json()) as { jwks_uri: string };
    const { createRemoteJWKSet } = await import('jose');
    return createRemoteJWKSet(new URL(keys), { cacheMaxAge: KEYS_KEPT, cooldownDuration: 1_000 });
  } catch (error) {
    throw new DiscoveryError('OIDC discovery endpoint communication error', { cause: error });
  }
}

class DiscoveryError extends Error {}

function reason(error: Error, errors: typeof import('jose').errors): string {
  if (error instanceof DiscoveryError) return error.message;
  if (error instanceof errors.JWTExpired) return 'the token has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'nbf') return 'the token is not valid yet';
    return `the token does not have a valid ${error.claim === 'iss' ? 'issuer' : error.claim}`;
  }
  if (error instanceof errors.JWKSNoMatchingKey) return 'unable to find a matching key';
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'the signature is not valid';
  return 'the token is not valid';
}

function invalid(scopes: string[], description: string): Authorized {
  return unauthorized(`Bearer scope="${scopes.join(' ')}" error="invalid_token" error_description="${description}"`);
}

const unauthorized = (challenge: string) => refused(401, 'Unauthorized', challenge);

function refused(status: number, text: string, challenge: string): Authorized {
  const answer = message(status, text);
  return { refusal: { ...answer, headers: { ...answer.headers, 'www-authenticate': challenge } } };
}

/** OAuth 2.0's `scope`, words in one text, or `scp`, which some issuers write as a list. */
function scopesOf({ scope, scp }: JWTPayload): string[] {
  const granted = scope ?? scp;
  return Array.isArray(granted)
    ? granted.map(String)
    : String(granted ?? '')
        .split(' ')
        .filter(Boolean);
}

/** API Gateway passes every claim on as text, a list as `[one two]`. */
function asText(claims: JWTPayload): Record<string, string> {
  const text = (value: unknown): string =>
    Array.isArray(value)
      ? `[${value.map(text).join(' ')}]`
      : typeof value === 'object' && value !== null
        ? JSON.stringify(value)
        : String(value);
  return Object.fromEntries(Object.entries(claims).map(([name, value]) => [name, text(value)]));
}
