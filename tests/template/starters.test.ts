// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are CloudFormation's, which are read here as they are written

import { expect, test } from 'vitest';
import { executionName } from '../../longhaul/client/identity.ts';
import { read, resources } from './templates.ts';

const { Resources, Outputs } = read('infrastructure/starters.yaml');
const patterns: string[] = Resources.Starters.Properties.PolicyDocument.Statement[0].Resource;
const starters = resources('template.yaml').filter(
  ([, { Properties }]) => Properties?.Location === 'infrastructure/starters.yaml',
);

/** As IAM compares a resource: `*` is any text, also with slashes in it, `?` any one character. */
function allows(job: string, route: string): boolean {
  const api = 'arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${ApiId}/$default/';
  return patterns.some((pattern) => {
    const expression = pattern
      .replaceAll('${Job}', job)
      .replace(/[$(){}.]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.');
    return new RegExp(`^${expression}$`, 's').test(api + route);
  });
}

test('who has the policy of a job starts that job and looks at its executions', () => {
  const id = executionName('hello', ['a']);
  for (const route of ['POST/jobs/hello', `GET/executions/${id}`, `GET/executions/${id}/logs`]) {
    expect(allows('hello', route), route).toBe(true);
  }
});

test('and can neither stop it nor touch another job, also one whose name begins alike', () => {
  const other = executionName('hello-world', ['a']);
  for (const route of [
    'POST/jobs/hello-world',
    `GET/executions/${other}`,
    `GET/executions/${other}/logs`,
    `DELETE/executions/${executionName('hello', ['a'])}`,
    `POST/executions/${executionName('hello', ['a'])}/resume`,
    'GET/executions',
    'POST/hooks/POST/jobs/hello',
  ]) {
    expect(allows('hello', route), route).toBe(false);
  }
});

test.each(starters)(
  '%s is there when its job is, under a name that other stacks import',
  (_name, { Properties, Condition }) => {
    const { Job: job } = Properties.Parameters;
    const [, deployed] = resources('template.yaml').find(
      ([, resource]) => resource.Properties?.Location === `containers/${job}/template.yaml`,
    )!;
    expect(Condition).toBe(deployed.Condition);
    expect(Outputs.PolicyArn.Export.Name).toBe('${App}-start-${Job}');
  },
);

test('the jobs of this app have one each', () => {
  const named = starters.map(([, { Properties }]) => Properties.Parameters.Job);
  expect(named).toEqual(expect.arrayContaining(['hello-world', 'csv-report']));
  expect(read('template.yaml').Outputs.ApiUrl.Export.Name).toBe('${AWS::StackName}-api-url');
});
