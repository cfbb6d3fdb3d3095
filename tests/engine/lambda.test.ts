import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListFunctionsCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Endpoint, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { lambdaService } from '../../longhaul/engine/services/lambda/index.ts';
import { type Project, project } from './functions-project.ts';

let app: Project;
let endpoint: Endpoint;
let client: LambdaClient;

beforeEach(async () => {
  app = await project();
  const functions = app.start([
    await app.function(
      'echo',
      'export const handler = async (event: unknown, context: any) => ({ event, client: context.clientContext });',
    ),
    await app.function(
      'fails',
      'export const handler = async () => { console.log("trying"); throw new Error("no"); };',
      {
        ReservedConcurrentExecutions: 2,
      },
    ),
    await app.function(
      'marks',
      'import { writeFileSync } from "node:fs"; export const handler = async (e: any) => writeFileSync(e.file, "done");',
    ),
  ]);
  endpoint = await startEndpoint({ port: 0, services: [lambdaService(functions)] });
  const credentials = { accessKeyId: 'any', secretAccessKey: 'any' };
  client = new LambdaClient({ endpoint: endpoint.url, region: 'us-east-1', credentials, maxAttempts: 1 });
});

afterEach(async () => {
  client.destroy();
  await endpoint.close();
  await app.remove();
});

const text = (payload: Uint8Array | undefined) => Buffer.from(payload ?? []).toString('utf8');

test('Invoke waits for the answer', async () => {
  const ClientContext = Buffer.from('{"custom":{"k":"v"}}').toString('base64');
  const answer = await client.send(new InvokeCommand({ FunctionName: 'echo', Payload: '{"ü":1}', ClientContext }));
  expect(answer).toMatchObject({ StatusCode: 200, ExecutedVersion: '$LATEST' });
  expect(answer.FunctionError).toBeUndefined();
  expect(answer.LogResult).toBeUndefined();
  expect(JSON.parse(text(answer.Payload))).toEqual({ event: { ü: 1 }, client: { custom: { k: 'v' } } });
});

test('Invoke shows a failure of the function, and the end of its log when asked', async () => {
  const answer = await client.send(new InvokeCommand({ FunctionName: 'fails', LogType: 'Tail' }));
  expect(answer).toMatchObject({ StatusCode: 200, FunctionError: 'Unhandled' });
  expect(JSON.parse(text(answer.Payload))).toMatchObject({ errorType: 'Error', errorMessage: 'no' });
  const log = Buffer.from(answer.LogResult ?? '', 'base64').toString('utf8');
  expect(log).toMatch(/^START RequestId: [\s\S]*\tINFO\ttrying\n[\s\S]*\nREPORT RequestId: /);
});

test('Invoke with Event answers 202 at once and runs the function after', async () => {
  const file = join(app.directory, 'mark');
  const input = { FunctionName: 'marks', InvocationType: 'Event', Payload: JSON.stringify({ file }) } as const;
  const answer = await client.send(new InvokeCommand(input));
  expect(answer.StatusCode).toBe(202);
  expect(text(answer.Payload)).toBe('');
  await expect.poll(() => readFile(file, 'utf8')).toBe('done');
});

test('Invoke with DryRun answers 204 and runs nothing', async () => {
  const answer = await client.send(new InvokeCommand({ FunctionName: 'echo', InvocationType: 'DryRun' }));
  expect(answer.StatusCode).toBe(204);
  expect(app.logs).toEqual([]);
});

test("refusals are the SDK's own exceptions", async () => {
  const invoke = (input: ConstructorParameters<typeof InvokeCommand>[0]) => client.send(new InvokeCommand(input));
  await expect(invoke({ FunctionName: 'nobody' })).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  await expect(invoke({ FunctionName: 'echo', Qualifier: '7' })).rejects.toThrow('function:echo:7');
  await expect(invoke({ FunctionName: 'echo', Payload: 'no json' })).rejects.toMatchObject({
    name: 'InvalidRequestContentException',
  });
  const Payload = JSON.stringify('x'.repeat(6_291_455));
  await expect(invoke({ FunctionName: 'echo', Payload })).rejects.toThrow('6291457 byte payload is too large');
});

test('functions are listed, page by page, and shown as the template has them', async () => {
  const first = await client.send(new ListFunctionsCommand({ MaxItems: 2 }));
  expect(first.Functions?.map(({ FunctionName }) => FunctionName)).toEqual(['echo', 'fails']);
  const second = await client.send(new ListFunctionsCommand({ Marker: first.NextMarker }));
  expect(second.Functions?.map(({ FunctionName }) => FunctionName)).toEqual(['marks']);
  expect(second.NextMarker).toBeUndefined();
  const { Configuration, Concurrency } = await client.send(new GetFunctionCommand({ FunctionName: 'fails' }));
  expect(Configuration).toMatchObject({
    FunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:fails',
    Handler: 'fails.handler',
    Runtime: 'nodejs24.x',
    State: 'Active',
    Timeout: 30,
  });
  expect(Concurrency).toEqual({ ReservedConcurrentExecutions: 2 });
  const FunctionName = Configuration?.FunctionArn;
  expect(await client.send(new GetFunctionConfigurationCommand({ FunctionName }))).toMatchObject({
    FunctionName: 'fails',
  });
});
