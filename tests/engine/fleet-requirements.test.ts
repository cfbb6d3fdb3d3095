import { spawnSync } from 'node:child_process';
import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LaunchError, lacking, requirementsOf, sayWhatIsLacking } from '../../longhaul/engine/fleet/index.ts';
import { processRunner } from '../../longhaul/engine/fleet/process-runner.ts';

/** A search path with nothing but what a test puts there. */
let bin: string;
beforeEach(async () => {
  bin = await mkdtemp(join(tmpdir(), 'longhaul-bin-'));
});
afterEach(() => rm(bin, { recursive: true }));

/** A `python3` that gives this answer. */
async function python(answer: string): Promise<void> {
  await writeFile(join(bin, 'python3'), `#!/bin/sh\necho '${answer}'\n`);
  await chmod(join(bin, 'python3'), 0o755);
}

const requires = { python: '3.11', packages: ['boto3', 'numpy'] };

describe('a job that requires Python', () => {
  it('says how to install it where there is none', async () => {
    const lack = await lacking(requires, bin);
    expect(lack).toBe('there is no python3: install Python 3.11 or newer, then: python3 -m pip install boto3 numpy');
  });

  it('says which version is wanted where it is too old', async () => {
    await python('version 3.9.2');
    expect(await lacking(requires, bin)).toBe('python3 is Python 3.9.2: install 3.11 or newer');
  });

  it('says which packages to install, and runs as soon as they are', async () => {
    await python('numpy');
    expect(await lacking(requires, bin)).toBe('python3 has no numpy: python3 -m pip install numpy');
    await python('');
    expect(await lacking(requires, bin)).toBeUndefined();
  });

  it('fails with that as the reason, and is named at the start', async () => {
    const spec = {
      id: 'one',
      capacity: 'spot' as const,
      command: { shell: 'python3 main.py', arguments: [] },
      directory: bin,
      environment: { PATH: bin },
      stopTimeoutSeconds: 1,
      requires,
    };
    const refused = await processRunner.launch(spec).catch((error) => error);
    expect(refused).toBeInstanceOf(LaunchError);
    expect(refused.message).toMatch(/^CannotStartContainerError: there is no python3: install Python 3\.11/);

    const notice = await new Promise((onNotice) =>
      sayWhatIsLacking([{ directory: '/app/containers/train-model', requires }, { directory: '/app/other' }], bin, {
        onNotice,
        signal: new AbortController().signal,
      }),
    );
    expect(notice).toMatch(/^The job train-model cannot run here: there is no python3/);
  });
});

it('a real Python is asked for its version and packages, where there is one', async () => {
  const real = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout?.trim();
  if (!real) return expect(await lacking({ python: '3', packages: [] }, bin)).toContain('there is no python3');
  await symlink(real, join(bin, 'python3'));
  expect(await lacking({ python: '3.0', packages: ['json'] }, bin)).toBeUndefined();
  expect(await lacking({ python: '9.9', packages: [] }, bin)).toMatch(
    /^python3 is Python 3\.\S+: install 9\.9 or newer$/,
  );
  expect(await lacking({ python: '3.0', packages: ['json', 'no-such-package'] }, bin)).toBe(
    'python3 has no no-such-package: python3 -m pip install no-such-package',
  );
});

it('requirements are read from the metadata of a resource', () => {
  expect(requirementsOf({ DevRequires: { Python: '3.11', Packages: ['boto3'] } })).toEqual({
    python: '3.11',
    packages: ['boto3'],
  });
  expect(requirementsOf({ DevCommand: 'node main.ts' })).toBeUndefined();
});
