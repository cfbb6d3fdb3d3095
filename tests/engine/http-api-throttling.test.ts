import { afterEach, beforeEach, expect, test } from 'vitest';
import { Throttles } from '../../longhaul/engine/http-api/throttles.ts';
import { type ApiProject, apiProject, ECHO } from './http-api-project.ts';
import { load } from './template-load.ts';

let app: ApiProject;
beforeEach(async () => {
  app = await apiProject();
});
afterEach(() => app.remove());

test('requests over the burst are answered 429, as API Gateway answers them', async () => {
  const settings = { ThrottlingBurstLimit: '2', ThrottlingRateLimit: '0.001' };
  const api = await app.serve([await app.routed('echo', ECHO, ['GET /'])], { DefaultRouteSettings: settings });
  const statuses = [];
  for (let sent = 0; sent < 3; sent++) statuses.push((await fetch(api.url)).status);
  expect(statuses).toEqual([200, 200, 429]);
  const refused = await fetch(api.url);
  expect([refused.status, await refused.json()]).toEqual([429, { message: 'Too Many Requests' }]);
  // What no route takes is no load.
  expect((await fetch(`${api.url}/elsewhere`)).status).toBe(404);
});

test('after the burst so many are let in as the rate says, over all routes but those with settings of their own', () => {
  const { resources } = load(`
Transform: AWS::Serverless-2016-10-31
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      DefaultRouteSettings: { ThrottlingRateLimit: 10, ThrottlingBurstLimit: 5 }
      RouteSettings: { "GET /own": { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 } }
  Open: { Type: AWS::Serverless::HttpApi }`);
  const refOf = (name: string) => resources.find(({ logicalId }) => logicalId === name)!.ref;
  let now = 0;
  const throttles = new Throttles(resources, () => now);
  const admitted = (count: number, key: string, api = 'Api') =>
    Array.from({ length: count }, () => throttles.admits({ apiId: refOf(api), key })).filter(Boolean).length;
  expect(admitted(3, 'GET /a') + admitted(4, 'GET /b')).toBe(5);
  expect(admitted(3, 'GET /own')).toBe(1);
  now += 250;
  expect(admitted(9, 'GET /a')).toBe(2);
  now += 60_000;
  expect(admitted(9, 'GET /a')).toBe(5);
  expect(admitted(999, 'GET /a', 'Open')).toBe(999);
});
