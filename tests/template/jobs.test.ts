// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are CloudFormation's, which are read here as they are written

import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import jsonata from 'jsonata';
import { parse as parseToml } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { jobs } from '../../containers/jobs.ts';
import { list, read, resources, root, statements } from './templates.ts';

const { Resources, Outputs, Parameters } = read('template.yaml');
const { Specs } = Resources.StateMachine.Properties.DefinitionSubstitutions.Jobs[1];
const { Names } = Resources.StateMachine.Properties.DefinitionSubstitutions.Backends[1];
const Api = Resources.Api.Properties.Parameters.Jobs;
const blockAt = (location: string) =>
  resources('template.yaml').find(([, { Properties }]) => Properties?.Location === location) ?? [];
/** An item of a list of jobs. */
const deployed = (condition: string | undefined, what: string) =>
  condition === undefined ? what : [condition, what, 'AWS::NoValue'];
const folders = globSync('containers/*/template.yaml', { cwd: root }).map(dirname).sort();

describe.each(folders)('the job in %s', (folder) => {
  const name = folder.split('/')[1] ?? '';
  const template = read(`${folder}/template.yaml`);

  const [logicalId = '', block] = blockAt(`${folder}/template.yaml`);

  test('has a block', () => expect(block).toBeDefined());

  test('has its spec in the state machine, under the condition of its block', () => {
    expect(Specs[1]).toContainEqual(deployed(block?.Condition, `'${name}':\${${logicalId}.Outputs.Spec}`));
  });

  test('has the backend of its spec beside it, under the same condition', () => {
    const value = template.Outputs.Spec.Value;
    const [, backend] = /'backend':'(\w+)'/.exec(Array.isArray(value) ? value[0] : value) ?? [];
    expect(Names[1]).toContainEqual(deployed(block?.Condition, `'${name}':'${backend}'`));
  });

  test('is known to the API, under the condition of its block', () => {
    expect(Api[1]).toContainEqual(deployed(block?.Condition, name));
  });

  test('has a policy for those who may start it, under the condition of its block', () => {
    const all = resources('template.yaml').map(([, one]) => one);
    const starters = all.find(
      ({ Properties: { Location, Parameters: given } }) =>
        Location === 'infrastructure/starters.yaml' && given.Job === name,
    );
    expect(starters).toBeDefined();
    expect(starters?.Condition).toBe(block?.Condition);
  });

  test('is among the jobs of containers/jobs.ts', () => {
    expect(jobs.map((job) => job.name)).toContain(name);
  });

  test('runs under an init process, which passes signals on and reaps orphans', () => {
    const containers = Object.values<{ Properties: Record<string, object | undefined> }>(template.Resources).flatMap(
      ({ Properties: { ContainerProperties, ContainerDefinitions } }) =>
        ContainerProperties ?? ContainerDefinitions ?? [],
    );
    expect(containers).toMatchObject([{ LinuxParameters: { InitProcessEnabled: true } }]);
  });

  test('says as a JSONata literal what the state machine needs to run it', async () => {
    const value = template.Outputs.Spec.Value;
    const text: string = Array.isArray(value) ? value[0] : value;
    // The literal goes into a JSON string in the definition.
    expect(text).not.toMatch(/["\n]/);
    const literal = text.replace(/\$\{(\w+)\}/g, (_, parameter) => template.Parameters[parameter]?.Default ?? 'value');
    const spec = await jsonata(literal).evaluate({});
    const compute =
      spec.backend === 'batch'
        ? { jobDefinition: 'value' }
        : { backend: 'ecs', taskDefinition: 'value', logStreamPrefix: name };
    expect(spec).toMatchObject(compute);
    for (const limit of ['maxInterruptions', 'maxAttempts', 'timeoutSeconds', 'stopTimeoutSeconds'])
      expect(['number', 'undefined'], limit).toContain(typeof spec[limit]);
  });

  test('writes to the log of all jobs, under its name', () => {
    const options = Object.values<{ Properties: Record<string, object | undefined> }>(template.Resources).flatMap(
      ({ Properties: { ContainerProperties, ContainerDefinitions } }) =>
        [ContainerProperties ?? ContainerDefinitions ?? []].flat() as { LogConfiguration: { Options: object } }[],
    );
    expect(options.map(({ LogConfiguration }) => LogConfiguration.Options)).toMatchObject([
      { 'awslogs-group': '/longhaul/${App}/jobs', 'awslogs-stream-prefix': name },
    ]);
  });

  test('keeps the definition of running executions when a deploy replaces it', () => {
    for (const [, one] of resources(`${folder}/template.yaml`)) {
      if (one.Type === 'AWS::ECS::TaskDefinition') expect(one.UpdateReplacePolicy).toBe('Retain');
      if (one.Type === 'AWS::Batch::JobDefinition')
        expect(one.Properties.ResourceRetentionPolicy).toEqual({ SkipDeregisterOnUpdate: true });
    }
  });
});

test('everything whose name the state machine may start begins with the name of the stack', () => {
  const ours = folders.flatMap((folder) => resources(`${folder}/template.yaml`));
  const names = ours.map(([, { Properties: p }]) => p.JobDefinitionName ?? p.Family).filter(Boolean);
  expect(names).toHaveLength(folders.length);
  // "_" stands in no stack name: the pattern of stack "a" does not match what belongs to stack "a-b".
  for (const name of names) expect(name).toMatch(/^\$\{App\}_/);
});

const triggers = resources('template.yaml').filter(([, { Properties }]) =>
  Properties?.Location?.startsWith('functions/triggers/'),
);
const ofJobs = triggers.filter(([, { Properties }]) => !Properties.Location.includes('/after/'));
const ofUploads = triggers.filter(([, { Properties }]) => Properties.Parameters.BucketName === 'Uploads');

test.each(triggers)('the trigger %s waits for the state machine', (_id, { DependsOn }) => {
  expect(DependsOn).toBe('StateMachine');
});

test.each(ofJobs)('the trigger %s starts a job of this app, and is there only with it', (_id, trigger) => {
  const { Job } = trigger.Properties.Parameters;
  const [, job] = blockAt(`containers/${Job}/template.yaml`);
  expect(job, Job).toBeDefined();
  if (job?.Condition) expect(trigger.Condition).toBe(job.Condition);
});

test.each(ofUploads)('the trigger %s starts a job that may read the bucket', (_id, { Properties }) => {
  const allowed = statements(read(`containers/${Properties.Parameters.Job}/template.yaml`)).flatMap(({ statement }) =>
    list(statement.Action).includes('s3:GetObject') ? list(statement.Resource) : [],
  );
  expect(allowed).toContain('arn:${AWS::Partition}:s3:::${App}-uploads-${AWS::AccountId}-${AWS::Region}/*');
});

test('a stack without an image for csv-report has no trigger for it', () => {
  expect(Parameters.CsvReportImage.Default).toBe('');
  expect(Resources.CsvReport.Condition).toBe('HasCsvReport');
  expect(Resources.Uploaded.Condition).toBe('HasCsvReport');
});

test('the outputs name what a user needs next', () => {
  const names = ['ApiUrl', 'UploadsBucketName', 'ArtifactsBucketName', 'StateMachineArn', 'FailedJobsUrl'];
  expect(Object.keys(Outputs)).toEqual(expect.arrayContaining(names));
});

describe('samconfig.toml', () => {
  // biome-ignore lint/suspicious/noExplicitAny: a file with sections of any kind
  const { version, local, ...environments } = parseToml(readFileSync(`${root}/samconfig.toml`, 'utf8')) as any;

  test('each environment deploys a stack of its own, with what nested applications need', () => {
    expect(version).toBe(0.1);
    // biome-ignore lint/suspicious/noExplicitAny: a file with sections of any kind
    const stacks = Object.values<any>(environments).map(({ global, deploy }) => {
      expect(deploy.parameters.capabilities.split(' ')).toEqual(['CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND']);
      expect(deploy.parameters.resolve_s3).toBe(true);
      return global.parameters.stack_name;
    });
    expect(stacks[0]).toBe('longhaul');
    expect(new Set(stacks).size).toBe(stacks.length);
    // The longest name of a bucket with it has 63 characters (S3, bucket naming rules).
    for (const name of stacks) {
      expect(`${name}-dead-letters-000000000000-ap-southeast-1`.length).toBeLessThanOrEqual(63);
    }
  });

  test('the engine overrides only parameters that there are', () => {
    for (const override of local.deploy.parameters.parameter_overrides) {
      expect(Object.keys(Parameters)).toContain(override.split('=')[0]);
    }
  });
});
