import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import jsonata from 'jsonata';
import { parse as parseToml } from 'smol-toml';
import { describe, expect, test } from 'vitest';
import { jobs } from '../../containers/jobs.ts';
import { read, resources, root } from './templates.ts';

const { Resources, Outputs, Parameters } = read('template.yaml');
const folders = globSync('containers/*/template.yaml', { cwd: root }).map(dirname).sort();

describe.each(folders)('the job in %s', (folder) => {
  const name = folder.split('/')[1] ?? '';
  const template = read(`${folder}/template.yaml`);

  test('is deployed, can be started through the API, and is known to the state machine', () => {
    const [logicalId] =
      resources('template.yaml').find(([, one]) => one.Properties?.Location === `${folder}/template.yaml`) ?? [];
    const substitutions = JSON.stringify(Resources.StateMachine.Properties.DefinitionSubstitutions.Jobs);
    expect(substitutions).toContain(`'${name}':\${${logicalId}.Outputs.Spec}`);
    expect(JSON.stringify(Resources.RunJob.Properties.Environment)).toContain(`"${name}"`);
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
    expect(spec).toMatchObject({
      backend: expect.stringMatching(/^(batch|ecs)$/),
      capacity: expect.stringMatching(/^(spot|onDemand)$/),
      maxInterruptions: expect.any(Number),
      maxAttempts: expect.any(Number),
      timeoutSeconds: expect.any(Number),
      stopTimeoutSeconds: expect.any(Number),
      retry: {
        intervalSeconds: expect.any(Number),
        backoffRate: expect.any(Number),
        maxDelaySeconds: expect.any(Number),
      },
      logGroup: 'value',
    });
    const compute =
      spec.backend === 'batch'
        ? { jobDefinition: 'value', queues: { spot: 'value', onDemand: 'value' } }
        : {
            taskDefinition: 'value',
            container: 'job',
            cluster: 'value',
            subnets: ['value'],
            securityGroups: ['value'],
            assignPublicIp: 'ENABLED',
            logStreamPrefix: 'run',
          };
    expect(spec).toMatchObject(compute);
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

test('a stack without an image for csv-report has no trigger for it', () => {
  expect(Parameters.CsvReportImage.Default).toBe('');
  expect(Resources.CsvReport.Condition).toBe('HasCsvReport');
  expect(Resources.S3Trigger.Condition).toBe('HasCsvReport');
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
