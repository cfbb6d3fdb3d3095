import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { definitionText, jobs } from './machine.ts';

const validate = createRequire(import.meta.url)('asl-validator') as (definition: object) => {
  isValid: boolean;
  errorsText(): string;
};

test.each([
  ['all jobs', jobs],
  ['one job', { 'on-ecs': jobs['on-ecs'] }],
  ['no job', {}],
])('job.asl.yaml is valid Amazon States Language with %s', (_, specs) => {
  const { isValid, errorsText } = validate(parse(definitionText(specs)));
  expect(isValid, isValid ? '' : errorsText()).toBe(true);
});
