import { expect, test } from 'vitest';
import { everywhere, functions, read } from './templates.ts';

interface Event {
  Type: string;
  Properties: { Path: string; Auth?: { Authorizer?: string } };
}

const routes = functions().flatMap(({ resource: { Properties } }) =>
  Object.values<Event>(Properties.Events ?? {})
    .filter(({ Type }) => Type === 'HttpApi')
    .map((event) => event.Properties),
);

test('every API asks who calls', () => {
  const apis = everywhere('AWS::Serverless::HttpApi');
  expect(apis.map(([path, { Properties }]) => [path.split(': ')[1], Properties.Auth.DefaultAuthorizer])).toEqual([
    ['Api', 'AWS_IAM'],
    ['UserApi', 'Token'],
    ['PartnerApi', 'ApiKey'],
  ]);
});

test('no route goes without, but those of webhooks, which verify signatures themselves', () => {
  const others = routes.filter(({ Auth }) => Auth).map(({ Path, Auth }) => [Path, Auth?.Authorizer]);
  expect(others).toEqual([
    ['/webhooks/stripe', 'NONE'],
    ['/webhooks/github', 'NONE'],
  ]);
});

test('a user signs in without sending the password, and may have a second factor', () => {
  const { UserPool, UserPoolClient } = read('functions/api/template.yaml').Resources;
  expect(UserPoolClient.Properties.ExplicitAuthFlows).toEqual(['ALLOW_USER_SRP_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH']);
  expect(UserPool.Properties).toMatchObject({ MfaConfiguration: 'OPTIONAL', EnabledMfas: ['SOFTWARE_TOKEN_MFA'] });
});

test('no route of the API for users takes the preflight requests of browsers, which bring no token', () => {
  const { UserApi, UserTrigger } = read('functions/api/template.yaml').Resources;
  const methods = Object.values<{ Properties: { Method: string } }>(UserTrigger.Properties.Events).map(
    ({ Properties }) => Properties.Method,
  );
  // An HTTP API answers preflight requests itself where no route takes them, which ANY would.
  // https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-cors.html
  expect(methods).toEqual(UserApi.Properties.CorsConfiguration.AllowMethods);
  expect(methods).not.toContain('ANY');
  expect(methods).not.toContain('OPTIONS');
});
