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

/** What the repository's own jobs put out on AWS, with names of the longest kind. */
function manyJobs(count: number) {
  const arn = (kind: string) => `arn:aws:${kind}-definition/${'a'.repeat(22)}_`;
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => {
      const name = `${'job-'.repeat(10)}${index}`.padEnd(47, 'x');
      const taskDefinition = `${arn('ecs:us-gov-west-1:123456789012:task')}${name}:100`;
      return [name, { backend: 'ecs', taskDefinition, logStreamPrefix: name, timeoutSeconds: 86400 }];
    }),
  );
}

test('the definition has room for the 1,200 jobs that docs/limits.md names', () => {
  const { States } = parse(definitionText({})) as { States: object };
  expect(Object.keys(States).length).toBeGreaterThan(20);
  // Step Functions quotas: 1,048,576 characters.
  expect(definitionText(manyJobs(1200)).length).toBeLessThan(1_048_576);
});
