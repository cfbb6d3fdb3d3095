import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { jobFolder, LANGUAGES } from '../../longhaul/cli/new/job-folder.ts';
import { jobNames } from '../../longhaul/cli/new/job-name.ts';
import { type read, root } from './templates.ts';

/** The files of each job by name: ours, and new ones in each language on both backends. */
const jobs = new Map<string, Record<string, string>>([
  ...globSync('containers/*/template.yaml', { cwd: root }).map((template): [string, Record<string, string>] => {
    const folder = join(root, template, '..');
    const names = globSync('{template.yaml,Dockerfile,requirements.txt}', { cwd: folder });
    const files = names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]);
    return [template.split('/')[1]!, Object.fromEntries(files)];
  }),
  ...LANGUAGES.flatMap((language) =>
    (['batch', 'ecs'] as const).map((backend): [string, Record<string, string>] => {
      const name = `${language}-on-${backend}`;
      return [name, jobFolder({ ...jobNames(name), language, backend })];
    }),
  ),
]);

/** What Batch or ECS is told of the container. */
function containerOf(files: Record<string, string>): ReturnType<typeof read> {
  const { Resources } = parse(files['template.yaml']!, { merge: true, logLevel: 'silent' });
  const { JobDefinition, TaskDefinition } = Resources;
  return JobDefinition?.Properties.ContainerProperties ?? TaskDefinition.Properties.ContainerDefinitions[0];
}

describe.each([...jobs])('%s', (name, files) => {
  const container = containerOf(files);

  test('never waits for its log', () => {
    const { Options } = container.LogConfiguration;
    expect(Options).toMatchObject({
      'awslogs-stream-prefix': name,
      mode: 'non-blocking',
      'max-buffer-size': '25m',
    });
  });

  test('begins with a base image that is named by its digest', () => {
    const [, base] = /^ARG BASE_IMAGE=(\S+)$/m.exec(files.Dockerfile ?? '') ?? [];
    const [, deployed] = /Image: \{ .*Default: "(.*?)"/.exec(files['template.yaml']!) ?? [];
    expect(base ?? deployed).toMatch(/^public\.ecr\.aws\/docker\/library\/[a-z]+:[\w.-]+@sha256:[0-9a-f]{64}$/);
  });

  test('installs Python packages by their hashes only, and builds none', () => {
    const installs = [...(files.Dockerfile ?? '').matchAll(/^RUN pip install (.*)$/gm)].map(([, words]) => words);
    expect(installs).toEqual(
      files['requirements.txt'] ? ['--no-cache-dir --require-hashes --only-binary :all: -r requirements.txt'] : [],
    );
    for (const [requirement] of (files['requirements.txt'] ?? '').matchAll(/^\w.*(?:\n +.*)*/gm))
      expect(requirement).toMatch(/^[\w-]+==[\w.]+( \\\n {4}--hash=sha256:[0-9a-f]{64})+$/);
  });

  test('writes to no place of its image but a volume', () => {
    // `[OnFargate, true, false]`: with GPUs, a library keeps what it compiles.
    expect([container.ReadonlyRootFilesystem].flat()).toContain(true);
    const volumes = [...(files.Dockerfile ?? '').matchAll(/^VOLUME (.*)$/gm)].map(([, path]) => path);
    // Of a volume that the image knows, Fargate takes the rights from the image; otherwise only root could write:
    // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
    const mounts = (container.MountPoints ?? []) as { ContainerPath: string }[];
    expect(mounts.map(({ ContainerPath }) => ContainerPath)).toEqual(volumes);
  });
});
