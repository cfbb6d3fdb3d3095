import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { read, root } from './templates.ts';

test('docs/deploying.md has every parameter but the images of jobs that are not ours, and none that is not there', () => {
  const page = readFileSync(`${root}/docs/deploying.md`, 'utf8');
  const [, section = ''] = /^## Parameters\n([\s\S]*?)^## /m.exec(page) ?? [];
  const rows = [...section.matchAll(/^\| (`.*?) \|/gm)].map(([, names = '']) => names);
  const named = rows.flatMap((names) => [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name));
  const parameters = Object.keys(read('template.yaml').Parameters);
  expect(parameters).toEqual(expect.arrayContaining(named));
  expect(parameters.filter((name) => !named.includes(name) && !name.endsWith('Image'))).toEqual([]);
  expect(named).toEqual(expect.arrayContaining(['CsvReportImage', 'TrainModelImage']));
});
