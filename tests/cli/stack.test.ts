import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { engineOf, misbehaving, temporaryDirectory } from '../end-to-end/engine.ts';
import { longhaul } from './in-process.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await engineOf(misbehaving, { dataDirectory: await temporaryDirectory(afterAll) });
});
afterAll(() => engine.close());

/** AWS with one stack, `production`: CloudFormation, and the engine for all the rest. */
async function aws(): Promise<string> {
  const answer = async (incoming: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(incoming);
    if (!String(incoming.headers.authorization).includes('/cloudformation/')) {
      const { method, headers, url } = incoming;
      const forwarded = request(new URL(url!, engine.url), { method, headers }, (answered) => {
        response.writeHead(answered.statusCode!, answered.headers);
        answered.pipe(response);
      });
      return forwarded.end(body);
    }
    const known = new URLSearchParams(body.toString()).get('StackName') === 'production';
    response.writeHead(known ? 200 : 400, { 'content-type': 'text/xml' });
    response.end(known ? stack() : NO_STACK);
  };
  const server = createServer((incoming, response) => void answer(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function stack(): string {
  const outputs = Object.entries(engine.outputs).map(
    ([key, value]) => `<member><OutputKey>${key}</OutputKey><OutputValue>${value}</OutputValue></member>`,
  );
  return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>production</StackName><Outputs>${outputs.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
}
const NO_STACK =
  '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack with id nowhere does not exist</Message></Error></ErrorResponse>';

async function cli(...args: string[]) {
  const { code, stdout, stderr } = await longhaul(...args, '--region', 'us-east-1');
  return { code, output: stderr + stdout };
}

test('with --stack everything is found by the outputs of the stack, with the credentials of the shell', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', await aws());
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b');
  onTestFinished(() => void vi.unstubAllEnvs());
  const where = ['--stack', 'production'];
  expect((await cli('jobs', ...where)).output).toMatch(/^counter +Batch, Spot +2 +10 min$/m);
  const { code, output } = await cli('run', 'counter', '-i', '{"to":3}', '--follow', ...where);
  expect(output).toMatch(/INFO {2}Job started/);
  expect(output).toMatch(/succeeded after .*\n\{"first":0,"count":3\}/);
  expect(code).toBe(0);
  const id = /counter-[0-9a-f]{32}/.exec(output)![0];
  expect((await cli('list', '--status', 'succeeded', ...where)).output).toContain(id);
  expect((await cli('show', id.slice(0, 16), ...where)).output).toMatch(
    /longhaul logs counter-[0-9a-f]{8} --stack production --region us-east-1$/m,
  );
  const nowhere = await cli('list', '--stack', 'nowhere');
  expect(nowhere.output).toMatch(/no stack 'nowhere' in us-east-1.*\nAWS_ENDPOINT_URL is http.* unset it to reach AWS/);
  expect(nowhere.code).toBe(1);
});
