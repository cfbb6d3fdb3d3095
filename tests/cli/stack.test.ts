import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { engineOf, misbehaving, temporaryDirectory } from '../end-to-end/engine.ts';
import { longhaul } from './in-process.ts';

let engine: Engine;
beforeAll(async () => {
  engine = await engineOf(misbehaving, { dataDirectory: await temporaryDirectory(afterAll) });
});
afterAll(() => engine.close());

async function cli(...args: string[]) {
  const { code, stdout, stderr } = await longhaul(...args, '--region', 'us-east-1');
  return { code, output: stderr + stdout };
}

test('with --stack everything is found by the outputs of the stack, with the credentials of the shell', async () => {
  vi.stubEnv('AWS_ENDPOINT_URL', engine.url);
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'a');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'b');
  onTestFinished(() => void vi.unstubAllEnvs());
  const where = ['--stack', 'longhaul'];
  expect((await cli('jobs', ...where)).output).toMatch(/^counter +Batch, Spot +2 +10 min$/m);
  const { code, output } = await cli('run', 'counter', '-i', '{"to":3}', '--follow', ...where);
  expect(output).toMatch(/INFO {2}Job started/);
  expect(output).toMatch(/succeeded after .*\n\{"first":0,"count":3\}/);
  expect(code).toBe(0);
  const id = /counter-[0-9a-f]{32}/.exec(output)![0];
  expect((await cli('list', '--status', 'succeeded', ...where)).output).toContain(id);
  expect((await cli('show', id.slice(0, 16), ...where)).output).toMatch(
    /longhaul logs counter-[0-9a-f]{8} --stack longhaul --region us-east-1$/m,
  );
  const nowhere = await cli('list', '--stack', 'nowhere');
  expect(nowhere.output).toMatch(/no stack 'nowhere' in us-east-1.*\nAWS_ENDPOINT_URL is http.* unset it to reach AWS/);
  expect(nowhere.code).toBe(1);
});
