import { readdirSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { defineJob } from 'longhaul';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { handler } from '../../functions/api/get-openapi.ts';
import { openApi } from '../../functions/api/openapi/document.ts';
import { resources } from '../template/templates.ts';
import { context, environment, sample } from './lambda.ts';

beforeEach(() => {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  vi.stubEnv('WEBHOOKS', 'stripe,github');
  vi.spyOn(process.stdout, 'write').mockReturnValue(true);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

// biome-ignore lint/suspicious/noExplicitAny: tests reach into the document
async function served(): Promise<any> {
  const answer = (await handler(sample('GetOpenApi') as never, context)) as APIGatewayProxyStructuredResultV2;
  expect(answer).toMatchObject({
    statusCode: 200,
    headers: { 'content-type': expect.stringMatching(/openapi\+json/) },
  });
  return JSON.parse(answer.body!);
}

async function problems(document: object): Promise<unknown> {
  const { valid, errors } = await new Validator().validate({ ...document });
  return valid ? undefined : errors;
}

test('is valid OpenAPI 3.1', async () => {
  const document = await served();
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(await problems(document)).toBeUndefined();
  expect(await problems(openApi([], []))).toBeUndefined();
});

test('has every route of the API, with its methods, and no other', async () => {
  const { paths } = await served();
  const documented = Object.entries(paths as Record<string, object>).flatMap(([path, item]) =>
    Object.keys(item)
      .filter((member) => member !== 'parameters')
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routes = resources('functions/api/template.yaml', 'AWS::Serverless::Function')
    .flatMap(([, { Properties }]) =>
      Object.values<{ Type: string; Properties: Record<string, string> }>(Properties.Events ?? {}),
    )
    .filter(({ Type, Properties }) => Type === 'HttpApi' && Properties.ApiId === 'Api')
    .flatMap(({ Properties: { Method, Path } }) =>
      (Method === 'ANY' ? ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] : [Method]).flatMap((method) =>
        Path === '/jobs/{name}'
          ? environment.JOBS.split(',').map((job) => `${method} /jobs/${job}`)
          : `${method} ${Path!.replace('{proxy+}', '{path}')}`,
      ),
    );
  expect(documented.sort()).toEqual(routes.sort());
});

test('every operation says how it is refused, and who may call it', async () => {
  const { paths, security, components } = await served();
  expect(security).toEqual([{ iam: [] }]);
  for (const [path, item] of Object.entries<Record<string, { security?: object[]; responses: object }>>(paths)) {
    for (const [method, operation] of Object.entries(item).filter(([name]) => name !== 'parameters')) {
      const isSigned = path.startsWith('/webhooks/');
      expect(Object.keys(operation.responses), `${method} ${path}`).toEqual(
        expect.arrayContaining([isSigned ? '401' : '403', '429', '500', '502', '503']),
      );
      const takesKey = /^.(jobs|hooks)\/./.test(path);
      const { parameters = [] } = { ...item, ...operation } as { parameters?: { name: string }[] };
      expect(parameters.some(({ name }) => name === 'Idempotency-Key')).toBe(takesKey);
      if (takesKey) expect(Object.keys(operation.responses)).toEqual(expect.arrayContaining(['409', '413', '422']));
      expect(Object.keys(operation.security?.[0] ?? security[0])).toEqual([isSigned ? path.split('/')[2] : 'iam']);
    }
  }
  expect(components.securitySchemes.iam['x-amazon-apigateway-authtype']).toBe('awsSigv4');
});

test('leaves out jobs and webhooks that are not deployed', async () => {
  vi.stubEnv('JOBS', 'hello-world');
  vi.stubEnv('WEBHOOKS', '');
  const { paths, components } = await served();
  expect(Object.keys(paths).filter((path) => /^\/(jobs|webhooks)\//.test(path))).toEqual(['/jobs/hello-world']);
  expect(Object.keys(components.securitySchemes)).toEqual(['iam']);
  expect(Object.keys(components.schemas)).not.toContain('input.csv-report');
});

describe('the input of a job', () => {
  const tree = z.object({
    name: z.string(),
    get children() {
      return z.array(tree);
    },
  });

  test('is the schema of its definition, also one that refers to itself', async () => {
    const document = openApi([defineJob({ name: 'tree', input: tree })], []);
    expect(await problems(document)).toBeUndefined();
    const ajv = new Ajv2020({ strict: false });
    ajv.addSchema(document, 'https://example.org/openapi.json');
    const accepts = (value: unknown) =>
      ajv.validate({ $ref: 'https://example.org/openapi.json#/components/schemas/input.tree' }, value);
    expect(accepts({ name: 'a', children: [{ name: 'b', children: [] }] })).toBe(true);
    expect(accepts({ name: 'a', children: [{ name: 7, children: [] }] })).toBe(false);
  });

  test('is anything for a job that says nothing', () => {
    const document = openApi([defineJob({ name: 'any' })], []);
    expect(document.components.schemas).toMatchObject({ 'input.any': true });
  });
});

test('the sample of each route of the API is a request of the document', async () => {
  const { paths } = await served();
  const samples = readdirSync(new URL('../../events', import.meta.url))
    .map((file) => sample(file.replace('.json', '')))
    .filter(({ routeKey, requestContext }) => routeKey && requestContext.authorizer?.iam);
  expect(samples.length).toBeGreaterThan(6);
  for (const { routeKey, pathParameters, queryStringParameters = {} } of samples) {
    const [method, path] = routeKey.replace('{proxy+}', '{path}').replace('{name}', pathParameters?.name).split(' ');
    const item = paths[path];
    const operation = item?.[method === 'ANY' ? 'post' : method.toLowerCase()];
    expect(operation, routeKey).toBeDefined();
    const known = (operation.parameters ?? []).map(({ name }: { name: string }) => name);
    for (const name of Object.keys(queryStringParameters)) if (path !== '/hooks/{path}') expect(known).toContain(name);
  }
});
