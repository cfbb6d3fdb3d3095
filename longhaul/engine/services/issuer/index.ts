import type { IncomingMessage, ServerResponse } from 'node:http';
import { readAtMost } from '../../endpoint/body.ts';
import type { Service } from '../../endpoint/index.ts';
import type { Resource } from '../../template/model.ts';
import { KeyFile } from './signing-key.ts';
import { accessToken } from './token.ts';

export interface IssuerOptions {
  /** The user pools of the stack and their clients are what tokens can be had for. */
  resources: Resource[];
  /** Where the signing key is kept. */
  keyFile: string;
}

const TOKEN_LIFETIME = 3600;
const LARGEST_FORM = 64 * 1024;

/**
 * The stack's Cognito user pools as issuers of tokens (OpenID Connect): `/<pool>/.well-known/openid-configuration`,
 * `/<pool>/.well-known/jwks.json`, and `/<pool>/oauth2/token`, which gives a token to whoever asks on this machine. There are
 * no users to sign in: `username` names one, and is the engine's own.
 */
export function issuerService({ resources, keyFile }: IssuerOptions): Service {
  const key = new KeyFile(keyFile);
  const pools = resources.filter(({ type }) => type === 'AWS::Cognito::UserPool');
  const clients = resources.filter(({ type }) => type === 'AWS::Cognito::UserPoolClient');
  const poolAt = (url = '') => pools.find(({ ref }) => url.startsWith(`/${ref}/`));

  async function answer(request: IncomingMessage, pool: Resource): Promise<{ status: number; body: object }> {
    const issuer = pool.attributes.ProviderURL!;
    const path = (request.url ?? '').split('?')[0]!.slice(pool.ref.length + 1);
    if (request.method === 'GET' && path === '/.well-known/openid-configuration') {
      return { status: 200, body: configuration(issuer) };
    }
    if (request.method === 'GET' && path === '/.well-known/jwks.json') {
      return { status: 200, body: { keys: [(await key.get()).public] } };
    }
    if (request.method === 'POST' && path === '/oauth2/token') {
      const sent = await readAtMost(request, LARGEST_FORM);
      if (!sent) return { status: 413, body: { error: 'invalid_request', error_description: 'The form is too large' } };
      const form = new URLSearchParams(sent.toString());
      const refusal = refuse(form, pool);
      if (refusal) return { status: 400, body: refusal };
      const expiresIn = Number(form.get('expires_in') ?? TOKEN_LIFETIME);
      const token = await accessToken(
        {
          issuer,
          clientId: form.get('client_id')!,
          scope: form.get('scope') ?? undefined,
          username: form.get('username') ?? undefined,
          expiresIn,
        },
        await key.get(),
      );
      return { status: 200, body: { access_token: token, expires_in: expiresIn, token_type: 'Bearer' } };
    }
    return { status: 404, body: { message: `An issuer has ${Object.values(configuration(issuer)).join(', ')}` } };
  }

  /** In the words of RFC 6749, 5.2. */
  function refuse(form: URLSearchParams, pool: Resource): object | undefined {
    const grant = form.get('grant_type');
    if (grant !== 'client_credentials') {
      const description = `grant_type must be client_credentials; it is ${grant}`;
      return { error: 'unsupported_grant_type', error_description: description };
    }
    const own = clients.filter(({ properties }) => properties.UserPoolId === pool.ref).map(({ ref }) => ref);
    if (!own.includes(form.get('client_id') ?? '')) {
      return { error: 'invalid_client', error_description: `client_id must be one of ${own.join(', ')}` };
    }
    const expiry = form.get('expires_in');
    if (expiry !== null && !/^-?\d{1,9}$/.test(expiry)) {
      return { error: 'invalid_request', error_description: `expires_in must be seconds; it is ${expiry}` };
    }
    return undefined;
  }

  return {
    signingName: 'cognito-idp',
    matches: ({ url, headers }) => headers.authorization === undefined && poolAt(url) !== undefined,
    async handle(request: IncomingMessage, response: ServerResponse) {
      const pool = poolAt(request.url);
      const { status, body } = pool
        ? await answer(request, pool)
        : { status: 400, body: { message: 'cognito-idp: the local engine has the issuers of user pools only' } };
      request.resume();
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify(body));
    },
  };
}

/** https://docs.aws.amazon.com/cognito/latest/developerguide/federation-endpoints.html */
function configuration(issuer: string): Record<string, string | string[]> {
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    token_endpoint: `${issuer}/oauth2/token`,
    id_token_signing_alg_values_supported: ['RS256'],
    subject_types_supported: ['public'],
    response_types_supported: ['code', 'token'],
  };
}
