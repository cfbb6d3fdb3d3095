import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { jobFolder, type Language } from '../../longhaul/cli/new/job-folder.ts';
import { jobNames } from '../../longhaul/cli/new/job-name.ts';
import { environment, layOut } from '../images/image.ts';
import { lacking } from '../python/python.ts';
import { root } from '../template/templates.ts';
import { install, type Packed, temporaryDirectory } from './install.ts';

let packed: Packed;
/** With the package and its dependencies, as `npm ci --omit=dev` leaves an application. */
let application: string;

/** The image of a job that was made in an application with this package. */
async function imageOf(language: Language, library: string) {
  const files = jobFolder({ ...jobNames('my-work'), language, backend: 'batch', library });
  const folder = path.join(application, 'containers/my-work');
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  writeFileSync(path.join(application, 'package-lock.json'), '{}');
  mkdirSync(path.join(application, 'packages'), { recursive: true });
  cpSync(packed.tarball, path.join(application, 'packages', path.basename(packed.tarball)));
  let archive = false;
  const image = await layOut({
    context: application,
    dockerfile: 'containers/my-work/Dockerfile',
    output: temporaryDirectory('image'),
    instead: (command) => {
      if (command.startsWith('pip install')) return () => {};
      if (!command.startsWith('npm ci')) return undefined;
      return (directory) => {
        archive = existsSync(path.join(directory, 'packages', path.basename(packed.tarball)));
        cpSync(path.join(application, 'node_modules'), path.join(directory, 'node_modules'), {
          recursive: true,
          verbatimSymlinks: true,
        });
        // Fetched by npx, where there is a network.
        for (const name of ['esbuild', '.bin/esbuild'])
          symlinkSync(path.join(root, 'node_modules', name), path.join(directory, 'node_modules', name));
      };
    },
  });
  return { ...image, archive };
}

const startedByHand = 'This is the Longhaul job "my-work". It was started by hand';

/** Images of jobs that were made in another application. */
export function describeImages(pack: () => Packed): void {
  beforeAll(async () => {
    packed = pack();
    application = await install(packed, Object.keys(packed.manifest.dependencies));
  });

  test('in another application, a new job in TypeScript has an image: of the package’s file, without esbuild among its dependencies', async () => {
    expect(packed.manifest.dependencies).not.toHaveProperty('esbuild');
    const { directory, entrypoint, archive } = await imageOf('ts', 'file:packages/longhaul-0.0.9.tgz');
    expect(archive).toBe(true);
    const { stdout, stderr, status } = spawnSync(entrypoint[0]!, entrypoint.slice(1), {
      cwd: directory,
      env: environment,
      encoding: 'utf8',
    });
    expect(stdout + stderr).toContain(startedByHand);
    expect(status).toBe(65);
  });

  test('where the package is a version of a registry, no file is copied', async () => {
    const { archive } = await imageOf('ts', '^0.1.0');
    expect(archive).toBe(false);
  });

  const lack = lacking(['boto3']);
  test.skipIf(lack)(
    `in Python, the image takes the runtime out of the package${lack ? ` (needs ${lack})` : ''}`,
    async () => {
      const { directory, entrypoint } = await imageOf('python', '^0.1.0');
      const { stdout, stderr, status } = spawnSync(entrypoint[0]!, entrypoint.slice(1), {
        cwd: directory,
        env: environment,
        encoding: 'utf8',
      });
      expect(stdout + stderr).toContain(startedByHand);
      expect(status).toBe(65);
    },
    120_000,
  );
}
