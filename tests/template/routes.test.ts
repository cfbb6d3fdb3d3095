import { expect, test } from 'vitest';
import { resources } from './templates.ts';

interface Event {
  Type: string;
  Properties: { Path: string; Auth?: { Authorizer?: string } };
}

const routes = resources('template.yaml', 'AWS::Serverless::Function').flatMap(([, { Properties }]) =>
  Object.values<Event>(Properties.Events ?? {})
    .filter(({ Type }) => Type === 'HttpApi')
    .map((event) => event.Properties),
);

test('every API asks who calls', () => {
  const apis = resources('template.yaml', 'AWS::Serverless::HttpApi');
  expect(apis.map(([name, { Properties }]) => [name, Properties.Auth.DefaultAuthorizer])).toEqual([
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
