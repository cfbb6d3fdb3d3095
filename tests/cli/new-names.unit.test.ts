import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { addToJobs } from '../../longhaul/cli/new/edit-jobs.ts';
import { jobNames } from '../../longhaul/cli/new/job-name.ts';
import { app } from '../end-to-end/engine.ts';

const files = path.join(app, 'longhaul/cli/new/files');

/** What is imported or declared in the files that import or declare the job itself. */
function names(): string[] {
  const texts = readdirSync(files, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(path.join(files, file), 'utf8'))
    .filter((text) => /\bmyJob\b/.test(text));
  const imported = texts.flatMap((text) => [...text.matchAll(/^import (?:\{(.+)\}|(.+)) from /gm)]);
  const declared = texts.flatMap((text) => [
    ...text.matchAll(/^(?:export )?(?:const|let|(?:async )?function) (\w+)/gm),
  ]);
  const found = [
    ...imported.flatMap(([, some, one]) => (some ?? one!).split(',')),
    ...declared.map(([, name]) => name!),
  ];
  return [...new Set(found.map((name) => name.replace(/^.* as /, '').trim()))].filter((name) => name !== 'myJob');
}

test('no job takes a name that its own files use', () => {
  const taken = names();
  expect(taken).toEqual(expect.arrayContaining(['z', 'work', 'input', 'sleep', 'typed', 'defineJob', 'implementJob']));
  for (const variable of taken) {
    const job = variable.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
    expect(() => jobNames(job), job).toThrow(`try "${job}-job"`);
  }
});

test('no job is called like the subcommand that makes triggers', () => {
  expect(() => jobNames('trigger')).toThrow('try "trigger-job"');
});

test.each(['on', 'off', 'yes', 'no', 'y', 'n'])('no job is called %s, which is no name in YAML', (name) => {
  expect(() => jobNames(name)).toThrow(`try "${name}-job"`);
});

test('a job whose name begins another is imported before it, as the linter wants it', () => {
  const before = "import { trainModel } from './train-model/job.ts';\n\nexport const jobs = [trainModel];\n";
  expect(addToJobs(before, jobNames('train'))).toMatch(
    /^import \{ train \} from '\.\/train\/job\.ts';\nimport \{ trainModel \}/,
  );
});
