import type { LambdaAuthorizer } from './authorizers.ts';
import { identityAt, type RequestEvent } from './identity-source.ts';

/** The parts of a route's event (payload format 2.0) that an authorizer's event repeats. */
interface RouteEvent extends RequestEvent {
  rawPath: string;
  rawQueryString: string;
  cookies?: string[];
  pathParameters?: Record<string, string>;
  requestContext: RequestEvent['requestContext'] & {
    accountId: string;
    apiId: string;
    requestId: string;
    stage: string;
    http: { method: string; path: string; sourceIp: string };
  };
}

/**
 * What the function of a Lambda authorizer is given; never the body.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html#http-api-lambda-authorizer.payload-format
 */
export function authorizerEvent(authorizer: LambdaAuthorizer, event: RouteEvent): object {
  return authorizer.payloadFormat === '1.0' ? version1(authorizer, event) : version2(authorizer, event);
}

function version2({ identitySources }: LambdaAuthorizer, event: RouteEvent): object {
  const { routeKey, rawPath, rawQueryString, cookies, headers, queryStringParameters, pathParameters } = event;
  return {
    version: '2.0',
    type: 'REQUEST',
    routeArn: routeArn(event),
    // Null where there are no identity sources, as on AWS.
    identitySource: identitySources.length > 0 ? identitySources.map((source) => identityAt(source, event)) : null,
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookies && { cookies }),
    headers,
    ...(queryStringParameters && { queryStringParameters }),
    requestContext: event.requestContext,
    ...(pathParameters && { pathParameters }),
  };
}

function version1({ identitySources }: LambdaAuthorizer, event: RouteEvent): object {
  const { routeKey, rawPath, headers, queryStringParameters = {}, pathParameters = {}, requestContext } = event;
  const { accountId, apiId, stage, requestId, http } = requestContext;
  const resource = routeKey.split(' ')[1] ?? routeKey;
  const identity = identitySources.map((source) => identityAt(source, event)).join(',');
  return {
    version: '1.0',
    type: 'REQUEST',
    methodArn: routeArn(event),
    identitySource: identity,
    authorizationToken: identity,
    resource,
    path: rawPath,
    httpMethod: http.method,
    headers,
    queryStringParameters,
    pathParameters,
    stageVariables: {},
    requestContext: {
      path: rawPath,
      accountId,
      resourceId: '123456',
      stage,
      requestId,
      identity: { apiKey: null, sourceIp: http.sourceIp },
      resourcePath: resource,
      httpMethod: http.method,
      apiId,
    },
  };
}

/** `arn:aws:execute-api:us-east-1:000000000000:a1b2c3d4e5/$default/GET/jobs`: what the policy of an authorizer names. */
export function routeArn({ requestContext: { accountId, apiId, stage, http } }: RouteEvent): string {
  return `arn:aws:execute-api:us-east-1:${accountId}:${apiId}/${stage}/${http.method}${http.path}`;
}

export type { RouteEvent };
