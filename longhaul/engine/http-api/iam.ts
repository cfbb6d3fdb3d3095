import type { IncomingHttpHeaders } from 'node:http';

/**
 * `requestContext.authorizer` of a route with IAM authorization. On loopback whoever calls is let in: a signature's
 * access key is passed on, nothing of it is checked.
 */
export function iamAuthorizer(headers: IncomingHttpHeaders): { iam: object } {
  const accessKey = /Credential=([^/,\s]+)\//.exec(headers.authorization ?? '')?.[1] ?? 'LOCAL';
  return {
    iam: {
      accessKey,
      accountId: '000000000000',
      callerId: accessKey,
      cognitoIdentity: null,
      principalOrgId: null,
      userArn: 'arn:aws:iam::000000000000:user/local',
      userId: accessKey,
    },
  };
}
