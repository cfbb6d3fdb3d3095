/** The Python runtime's own tests (longhaul/runtime/python/tests), on the engine's S3. */
import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { LocalS3 } from '../engine/s3-fixture.ts';
import { lacking, named, pythonEnvironment, runtime } from './python.ts';

const lack = lacking(['boto3']);
const modules = globSync(join(runtime, 'tests/test_*.py')).map((file) => basename(file, '.py'));

describe.skipIf(lack)(named('the Python runtime', lack), () => {
  const s3 = new LocalS3();
  beforeAll(() => s3.start());
  afterAll(() => s3.stop());

  test.concurrent.for(modules.sort())('%s', async (module, { expect }) => {
    const env = { ...pythonEnvironment, AWS_ENDPOINT_URL: s3.endpoint.url };
    const run = promisify(execFile)('python3', ['-m', 'unittest', `tests.${module}`], { cwd: runtime, env });
    const { stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
    expect(stderr).toMatch(/\nRan [1-9]\d* tests? in .+\n\nOK/);
  });
});
