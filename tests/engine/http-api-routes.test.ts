import { describe, expect, test } from 'vitest';
import { matchRoute } from '../../longhaul/engine/http-api/match-route.ts';
import { type Route, routesOf } from '../../longhaul/engine/http-api/routes.ts';

describe('a route', () => {
  // The example of AWS's page on routes, with methods added.
  const documented = ['GET /pets/dog/1', 'GET /pets/dog/{id}', 'GET /pets/{proxy+}', 'ANY /{proxy+}', '$default'];
  const routes = (keys: string[]): Route[] =>
    routesOf([
      {
        logicalId: 'Function',
        path: 'Function',
        type: 'AWS::Serverless::Function',
        metadata: {},
        ref: 'function',
        attributes: {},
        templateFile: 'template.yaml',
        properties: {
          Events: Object.fromEntries(
            keys.map((key, index) => {
              const [Method, Path] = key.split(' ');
              return [`E${index}`, { Type: 'HttpApi', Properties: Path ? { Method, Path } : {} }];
            }),
          ),
        },
      },
    ]);

  test.each([
    ['GET', '/pets/dog/1', 'GET /pets/dog/1', undefined],
    ['GET', '/pets/dog/2', 'GET /pets/dog/{id}', { id: '2' }],
    ['GET', '/pets/cat/1', 'GET /pets/{proxy+}', { proxy: 'cat/1' }],
    ['POST', '/test/5', 'ANY /{proxy+}', { proxy: 'test/5' }],
    ['POST', '/pets/dog/1', 'ANY /{proxy+}', { proxy: 'pets/dog/1' }],
    ['GET', '/', '$default', undefined],
    ['GET', '/pets/dog/a%2Fb', 'GET /pets/dog/{id}', { id: 'a/b' }],
  ])('%s %s is %s', (method, path, key, pathParameters) => {
    for (const order of [documented, documented.toReversed()]) {
      const match = matchRoute(routes(order), method, path);
      expect({ key: match?.route.key, pathParameters: match?.pathParameters }).toEqual({ key, pathParameters });
    }
  });

  test('of the method itself wins over ANY', () => {
    const both = routes(['ANY /jobs/{name}', 'post /jobs/{name}']);
    expect(matchRoute(both, 'POST', '/jobs/a')?.route.key).toBe('POST /jobs/{name}');
    expect(matchRoute(both, 'PUT', '/jobs/a')?.route.key).toBe('ANY /jobs/{name}');
    expect(matchRoute(both, 'PUT', '/jobs/')).toBeUndefined();
    expect(matchRoute(both, 'PUT', '/jobs/a/')).toBeUndefined();
  });
});
