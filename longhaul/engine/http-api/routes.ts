import type { Resource } from '../template/model.ts';
import { type Authorizer, authorizerOf } from './authorizers.ts';
import { type CorsSettings, corsSettings } from './cors.ts';

/** Who is let in on a route. */
export type Authorization = 'NONE' | 'AWS_IAM' | Authorizer | { kind: 'unknown'; name: string };

/** One route of an HTTP API, with what it needs of its API. */
export interface Route {
  /** `GET /jobs/{name}`, `$default` */
  key: string;
  /** `ANY` matches every method. */
  method: string;
  /** `['jobs', '{name}']`; undefined for `$default`. */
  segments: string[] | undefined;
  functionName: string;
  authorization: Authorization;
  payloadFormat: string;
  /** Milliseconds; 50 to 30,000. */
  timeout: number;
  apiId: string;
  cors: CorsSettings | undefined;
}

/** The longest that API Gateway waits. https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const LONGEST = 30_000;

/**
 * The routes that the functions' `HttpApi` events declare. An event without an `ApiId` belongs to the API that SAM makes
 * for such events.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-property-function-httpapi.html
 */
export function routesOf(resources: Resource[]): Route[] {
  const apis = resources.filter(({ type }) => type === 'AWS::Serverless::HttpApi');
  const routes: Route[] = [];
  for (const resource of resources) {
    if (resource.type !== 'AWS::Serverless::Function') continue;
    for (const event of Object.values<HttpApiEvent>(resource.properties.Events ?? {})) {
      if (event.Type !== 'HttpApi') continue;
      const properties = event.Properties ?? {};
      const api = apis.find(({ ref, logicalId }) =>
        properties.ApiId === undefined ? logicalId === 'ServerlessHttpApi' : ref === properties.ApiId,
      );
      const method = String(properties.Method ?? 'ANY').toUpperCase();
      const path = properties.Path;
      const whole = path === undefined || path === '$default';
      const any = method === 'ANY' || method === 'X-AMAZON-APIGATEWAY-ANY-METHOD';
      routes.push({
        key: whole ? '$default' : `${any ? 'ANY' : method} ${path}`,
        method: whole || any ? 'ANY' : method,
        segments: whole ? undefined : path.split('/').slice(1),
        functionName: resource.ref,
        authorization: authorizationOf(api, properties.Auth),
        payloadFormat: String(properties.PayloadFormatVersion ?? '2.0'),
        timeout: Math.min(Number(properties.TimeoutInMillis ?? LONGEST), LONGEST),
        apiId: api?.ref ?? 'local',
        cors: corsSettings(api?.properties.CorsConfiguration),
      });
    }
  }
  return routes;
}

interface HttpApiEvent {
  Type: string;
  Properties?: {
    ApiId?: string;
    Path?: string;
    Method?: string;
    PayloadFormatVersion?: string;
    TimeoutInMillis?: number;
    Auth?: { Authorizer?: string; AuthorizationScopes?: string[] };
  };
}

function authorizationOf(
  api: Resource | undefined,
  auth: { Authorizer?: string; AuthorizationScopes?: string[] } = {},
): Authorization {
  const name = auth.Authorizer ?? api?.properties.Auth?.DefaultAuthorizer;
  if (name === undefined || name === 'NONE') return 'NONE';
  if (name === 'AWS_IAM') return 'AWS_IAM';
  return authorizerOf(api, String(name), auth.AuthorizationScopes) ?? { kind: 'unknown', name: String(name) };
}
