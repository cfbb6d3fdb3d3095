// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are CloudFormation's, which are read here as they are written

import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { jobFolder } from '../../longhaul/cli/new/job-folder.ts';
import { jobNames } from '../../longhaul/cli/new/job-name.ts';
import { executionName } from '../../longhaul/client/identity.ts';
import { allows } from '../rights/policy.ts';
import { read, templates } from './templates.ts';

const policiesOf = (template: ReturnType<typeof read>) => template.Resources.JobRole?.Properties.Policies;

/** The policies of each job that uses AWS: ours, and new ones on both backends. */
const jobs: [string, unknown][] = [
  ...templates
    .filter((file) => file.startsWith('containers/') && policiesOf(read(file)))
    .map((file): [string, unknown] => [file.split('/')[1]!, policiesOf(read(file))]),
  ...(['batch', 'ecs'] as const).map((backend): [string, unknown] => {
    const files = jobFolder({ ...jobNames(`new-on-${backend}`), language: 'ts', backend });
    return [`new-on-${backend}`, policiesOf(parse(files['template.yaml']!, { logLevel: 'silent' }))];
  }),
];

const artifacts = 'arn:${AWS::Partition}:s3:::${App}-artifacts-${AWS::AccountId}-${AWS::Region}';
const ACTIONS = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'];

/** What the job may do of `ACTIONS` with what this execution keeps. */
const allowed = (policies: unknown, execution: string) =>
  ACTIONS.filter((action) => allows(policies, { action, resource: `${artifacts}/executions/${execution}/state.json` }));

test('our jobs and new ones are looked at', () => {
  expect(jobs.map(([name]) => name).sort()).toEqual(
    expect.arrayContaining(['csv-report', 'new-on-batch', 'new-on-ecs', 'train-model']),
  );
});

test.each(jobs)('%s reads, writes and clears away what its own executions keep', (name, policies) => {
  expect(allowed(policies, executionName(name, ['a']))).toEqual(ACTIONS);
});

test.each(jobs)('%s reaches nothing of another job, also of one whose name begins alike', (name, policies) => {
  const alike = `${name}-2`;
  for (const other of ['hello', alike, name.slice(0, 3)]) {
    expect(allowed(policies, executionName(other, ['a'])), other).toEqual([]);
  }
});
