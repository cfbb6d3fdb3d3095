// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are CloudFormation's, which are read here as they are written

import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { jobFolder } from '../../longhaul/cli/new/job-folder.ts';
import { jobNames } from '../../longhaul/cli/new/job-name.ts';
import { executionName } from '../../longhaul/client/identity.ts';
import { allows, type Statement } from '../../longhaul/engine/rights/index.ts';
import { list, read, templates } from './templates.ts';

function statementsOf(template: ReturnType<typeof read>): Statement[] {
  const policies: { PolicyDocument: { Statement: Statement | Statement[] } }[] =
    template.Resources.JobRole?.Properties.Policies ?? [];
  return policies.flatMap(({ PolicyDocument }) => list(PolicyDocument.Statement));
}

/** The policies of each job that uses AWS: ours, and new ones on both backends. */
const jobs: [string, Statement[]][] = [
  ...templates
    .filter((file) => file.startsWith('containers/') && statementsOf(read(file)).length > 0)
    .map((file): [string, Statement[]] => [file.split('/')[1]!, statementsOf(read(file))]),
  ...(['batch', 'ecs'] as const).map((backend): [string, Statement[]] => {
    const files = jobFolder({ ...jobNames(`new-on-${backend}`), language: 'ts', backend });
    return [`new-on-${backend}`, statementsOf(parse(files['template.yaml']!, { logLevel: 'silent' }))];
  }),
];

const artifacts = 'arn:${AWS::Partition}:s3:::${App}-artifacts-${AWS::AccountId}-${AWS::Region}';
const ACTIONS = ['s3:GetObject', 's3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'];

/** What the job may do of `ACTIONS` with what this execution keeps. */
const allowed = (statements: Statement[], execution: string) =>
  ACTIONS.filter((action) =>
    allows(statements, { action, resource: `${artifacts}/executions/${execution}/state.json` }),
  );

test('our jobs and new ones are looked at', () => {
  expect(jobs.map(([name]) => name).sort()).toEqual(
    expect.arrayContaining(['csv-report', 'new-on-batch', 'new-on-ecs', 'train-model']),
  );
});

test.each(jobs)('%s reads, writes and clears away what its own executions keep', (name, statements) => {
  expect(allowed(statements, executionName(name, ['a']))).toEqual(ACTIONS);
});

test.each(jobs)('%s reaches nothing of another job, also of one whose name begins alike', (name, statements) => {
  const alike = `${name}-2`;
  for (const other of ['hello', alike, name.slice(0, 3)]) {
    expect(allowed(statements, executionName(other, ['a'])), other).toEqual([]);
  }
});
