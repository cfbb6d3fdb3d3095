import { cp, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../template/templates.ts';
import { ended, engineOf, start, temporaryDirectory } from './engine.ts';

// The specs of so many jobs are larger than a parameter of a nested stack may be (4,096 bytes), and longer than one line of anything.

let engine: Engine;
const names = Array.from({ length: 50 }, (_, index) => `generated-${String(index + 1).padStart(2, '0')}`);
const logicalId = (name: string) => name.replace('generated-', 'Generated');

beforeAll(async () => {
  const project = await temporaryDirectory(afterAll);
  for (const folder of ['functions', 'infrastructure', 'longhaul', 'node_modules', 'statemachines', 'package.json']) {
    await symlink(path.join(root, folder), path.join(project, folder));
  }
  await mkdir(path.join(project, 'containers'));
  for (const file of ['jobs.ts', 'unique.ts', 'hello-world', 'csv-report', 'train-model']) {
    await cp(path.join(root, 'containers', file), path.join(project, 'containers', file), { recursive: true });
  }
  const job = await readFile(path.join(root, 'containers/hello-world/template.yaml'), 'utf8');
  for (const name of names) {
    await mkdir(path.join(project, 'containers', name));
    await writeFile(path.join(project, 'containers', name, 'template.yaml'), job.replaceAll('hello-world', name));
  }
  const template = await readFile(path.join(root, 'template.yaml'), 'utf8');
  const [block = ''] = /^ {2}HelloWorld:\n(?: {4}.*\n)+/m.exec(template) ?? [];
  const [line = ''] = /^ +- - !Sub "'hello-world':.*\n/m.exec(template) ?? [];
  const forEach = (text: string) =>
    names.map((name) => text.replaceAll('HelloWorld', logicalId(name)).replaceAll('hello-world', name)).join('');
  const lines = forEach(line.replace('- - ', '  - '));
  const [backend = ''] = /^ +- - "'hello-world':'.*\n/m.exec(template) ?? [];
  const backends = forEach(backend.replace('- - ', '  - '));
  const generated = template
    .replace(block, () => block + forEach(block))
    .replace(line, () => line + lines)
    .replace(backend, () => backend + backends);
  await writeFile(path.join(project, 'template.yaml'), generated);
  engine = await engineOf(project, { dataDirectory: path.join(project, 'data') });
});

test('fifty more jobs are deployed, and the last one runs', async () => {
  const definitions = engine.stack.resources.filter(({ type }) => type === 'AWS::ECS::TaskDefinition');
  expect(definitions).toHaveLength(51);
  const specs = names.map((name) => engine.stack.nested[logicalId(name)]?.Spec ?? '');
  expect(specs.join().length).toBeGreaterThan(4096);
  const id = await start(engine, { job: 'generated-50', event: { name: 'you' } });
  const { status, output } = await ended(engine, id);
  expect([status, JSON.parse(output ?? '{}').job]).toEqual(['SUCCEEDED', 'generated-50']);
});
