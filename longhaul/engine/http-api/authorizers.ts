import type { Resource } from '../template/model.ts';

/** Lets in whoever brings a JSON Web Token of an issuer. */
export interface JwtAuthorizer {
  kind: 'jwt';
  name: string;
  issuer: string;
  audience: string[];
  /** `$request.header.Authorization`, `$request.querystring.token` */
  identitySource: string;
  /** The route wants one of these; empty: none. */
  scopes: string[];
}

/** Asks a function who is let in. */
export interface LambdaAuthorizer {
  kind: 'lambda';
  name: string;
  functionName: string;
  identitySources: string[];
  payloadFormat: '1.0' | '2.0';
  /** Answers `{ isAuthorized, context }` instead of an IAM policy. */
  simple: boolean;
  /** How long an answer counts for the same identity, in seconds; 0: never. */
  ttl: number;
}

export type Authorizer = JwtAuthorizer | LambdaAuthorizer;

/**
 * An authorizer that an API declares under `Auth.Authorizers`, as SAM takes it; undefined when it declares none of that name.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-httpapi-httpapiauth.html
 *
 * @param scopes - `AuthorizationScopes` of the route, which count instead of the authorizer's
 */
export function authorizerOf(api: Resource | undefined, name: string, scopes?: string[]): Authorizer | undefined {
  const declared = api?.properties.Auth?.Authorizers?.[name];
  if (!declared) return undefined;
  const { JwtConfiguration: jwt, FunctionArn, Identity = {} } = declared;
  if (jwt) {
    return {
      kind: 'jwt',
      name,
      issuer: String(jwt.issuer ?? jwt.Issuer),
      audience: list(jwt.audience ?? jwt.Audience),
      identitySource: declared.IdentitySource ?? '$request.header.Authorization',
      scopes: list(scopes ?? declared.AuthorizationScopes),
    };
  }
  if (typeof FunctionArn !== 'string') return undefined;
  const identitySources = [
    ...list(Identity.Headers).map((header) => `$request.header.${header}`),
    ...list(Identity.QueryStrings).map((parameter) => `$request.querystring.${parameter}`),
    ...list(Identity.Context).map((variable) => `$context.${variable}`),
    ...list(Identity.StageVariables).map((variable) => `$stageVariables.${variable}`),
  ];
  return {
    kind: 'lambda',
    name,
    functionName: FunctionArn.split(':')[6] ?? FunctionArn,
    identitySources,
    payloadFormat: String(declared.AuthorizerPayloadFormatVersion) === '1.0' ? '1.0' : '2.0',
    simple: String(declared.EnableSimpleResponses) === 'true',
    // Nothing to know a caller by, nothing to keep (SAM: ReauthorizeEvery is 300 unless told).
    ttl: identitySources.length === 0 ? 0 : Number(Identity.ReauthorizeEvery ?? 300),
  };
}

function list(value: unknown): string[] {
  return value === undefined || value === null ? [] : [value].flat().map(String);
}
