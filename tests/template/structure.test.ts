// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are CloudFormation's, which are read here as they are written

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadStack } from '../../longhaul/engine/template/index.ts';
import { deployment } from '../engine/template-load.ts';
import { everywhere, functions, read, resources, root, templates } from './templates.ts';

const text = (template: string) => readFileSync(join(root, template), 'utf8');
const nested = templates.filter((template) => template !== 'template.yaml');
const triggers = nested.filter((template) => template.startsWith('functions/triggers/'));
const withFunctions = templates.filter((template) => resources(template, 'AWS::Serverless::Function').length > 0);

/** What `longhaul new` has added for jobs and triggers that are not among our own. */
function linesOfMoreBlocks(): number {
  const jobs = ['hello-world', 'csv-report', 'train-model'];
  const blocks = resources('template.yaml').map(([, { Properties }]) => Properties?.Location ?? '');
  const moreJobs = blocks.filter((one) => one.startsWith('containers/') && !jobs.includes(one.split('/')[1]));
  const moreTriggers = blocks.filter((one) => one.startsWith('functions/triggers/')).length - 12;
  return 22 * moreJobs.length + 10 * moreTriggers;
}

describe('a template can be read in one go', () => {
  test.each(templates)('%s', (template) => {
    const lines = text(template).trimEnd().split('\n').length;
    if (template === 'template.yaml') expect(lines - linesOfMoreBlocks()).toBeLessThanOrEqual(460);
    else expect(lines).toBeLessThanOrEqual(template.startsWith('containers/') ? 89 : 400);
  });

  test.each(templates)('%s: what is written once and used again stands nearby, or on top', (template) => {
    const lines = text(template).split('\n');
    let section = '';
    const anchors = new Map<string, { line: number; section: string }>();
    for (const [line, content] of lines.entries()) {
      section = /^(\w+):/.exec(content)?.[1] ?? section;
      for (const [, name = ''] of content.matchAll(/(?<=[:\s[-])&([a-z][a-z-]*)(?=\s|$)/g))
        anchors.set(name, { line, section });
      for (const [, name = ''] of content.matchAll(/(?<=[:\s[])\*([a-z][a-z-]*)(?=[\s,\]}]|$)/g)) {
        const anchor = anchors.get(name);
        expect(anchor, `*${name} in line ${line + 1}`).toBeDefined();
        if (anchor?.section !== 'Metadata')
          expect(line - anchor!.line, `*${name} in line ${line + 1}`).toBeLessThanOrEqual(60);
      }
    }
  });
});

describe('what Globals cannot say for other files', () => {
  const [first = ''] = withFunctions;

  test.each(withFunctions)('%s has the same Globals', (template) => {
    const { CodeUri, ...globals } = read(template).Globals.Function;
    const { CodeUri: _, ...others } = read(first).Globals.Function;
    expect(globals).toEqual(others);
    expect(join(root, dirname(template), CodeUri)).toBe(join(root, '/').slice(0, -1));
  });

  test.each(withFunctions)('%s: no function goes its own way', (template) => {
    for (const [name, { Metadata, Properties }] of resources(template, 'AWS::Serverless::Function')) {
      expect(Metadata, name).toEqual(functions()[0]?.resource.Metadata);
      for (const property of [
        'PermissionsBoundary',
        'Handler',
        'CodeUri',
        'Runtime',
        'Architectures',
        'LoggingConfig',
      ]) {
        expect(Properties, name).not.toHaveProperty(property);
      }
    }
  });
});

describe('names', () => {
  // In a nested template it would be the name of the nested stack.
  test.each(nested)('%s takes the name of the app from App', (template) => {
    expect(text(template)).not.toContain('AWS::StackName');
  });

  test.each(triggers)('%s gives no resource a name of its own', (template) => {
    for (const [name, { Properties = {} }] of resources(template)) {
      const names = Object.keys(Properties).filter((key) => /^(Name|\w+Name|Family)$/.test(key));
      // These name what they are about, and not themselves.
      expect(
        names.filter((key) => !['FunctionName', 'LogGroupName'].includes(key) || Properties[key].includes('$')),
        name,
      ).toEqual([]);
      for (const event of Object.values<{ Type: string; Properties?: { OmitName?: boolean; RuleName?: string } }>(
        Properties.Events ?? {},
      )) {
        if (event.Type === 'ScheduleV2') expect(event.Properties?.OmitName, name).toBe(true);
        expect(event.Properties, name).not.toHaveProperty('RuleName');
      }
    }
  });

  test('two blocks of each trigger under one app have no physical name in common', () => {
    const directory = mkdtempSync(join(tmpdir(), 'longhaul-twice-'));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const required: Record<string, object> = {
      s3: { BucketName: 'uploads' },
      eventbridge: { EventPattern: '{"source":["shop"]}' },
      logs: { LogGroupName: '/app' },
      schedule: { ScheduleExpression: 'rate(1 day)' },
      alb: { VpcId: 'vpc-1', SubnetIds: 'subnet-1,subnet-2' },
    };
    const blocks = triggers.flatMap((template) => {
      const source = template.split('/')[2] ?? '';
      const Location = relative(directory, join(root, template));
      const own = source === 'after' ? { Followers: 'hello-world' } : { Job: 'hello-world', ...required[source] };
      const block = {
        Type: 'AWS::Serverless::Application',
        Properties: { Location, Parameters: { App: 'longhaul', ...own } },
      };
      return [1, 2].map((number) => [`${source}${number}`, block]);
    });
    const file = join(directory, 'template.yaml');
    writeFileSync(
      file,
      JSON.stringify({ Transform: 'AWS::Serverless-2016-10-31', Resources: Object.fromEntries(blocks) }),
    );
    const { stack } = loadStack(file, { ...deployment, parameters: {} });
    expect(stack.resources.length).toBeGreaterThan(80);
    const ids = stack.resources.map(({ type, ref }) => `${type} ${ref}`);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test('of a bucket fit into 63 characters in every region, for every name that App can have', () => {
    const longest = 'ap-southeast-1'; // 14 characters, as the longest names of regions have
    for (const [, { Properties }] of resources('template.yaml', 'AWS::S3::Bucket')) {
      const name = Properties.BucketName.replace('${AWS::StackName}', 'a'.repeat(22))
        .replace('${AWS::AccountId}', '123456789012')
        .replace('${AWS::Region}', longest);
      expect(name.length, name).toBeLessThanOrEqual(63); // Amazon S3 user guide, "Bucket naming rules"
    }
  });

  test.each([
    ['is not lower case', 'Longhaul'],
    ['has 23 characters', 'a'.repeat(23)],
    ['begins with a digit', '1longhaul'],
  ])('a stack whose name %s is refused in words', (_, stackName) => {
    expect(() => loadStack(join(root, 'template.yaml'), { ...deployment, stackName, parameters: {} })).toThrow(
      /parameter App must be text that matches .*lower case, begin with a letter and have at most 22 characters/,
    );
  });

  test('App means the same in every template that has it', () => {
    const patterns = nested
      .map((template) => [template, read(template).Parameters?.App?.AllowedPattern])
      .filter(([template]) => !/^(containers|infrastructure\/(network|compute|starters))/.test(String(template)));
    expect(new Set(patterns.map(([, pattern]) => pattern))).toEqual(new Set(['^[a-z][a-z0-9-]{0,21}$']));
  });
});

describe('order', () => {
  /** What a template of functions derives from App, and the resource of the root that has the name. */
  const derived: [RegExp, string][] = [
    [/:stateMachine:\$\{App\}$/, 'StateMachine'],
    [/:execution:\$\{App\}:\*$/, 'StateMachine'],
    [/\$\{App\}-artifacts-/, 'Artifacts'],
    [/\$\{App\}-dead-letters-/, 'DeadLetters'],
    [/:policy\/longhaul\/\$\{App\}\/\$\{App\}-functions-/, 'Permissions'],
    [/^\/longhaul\/\$\{App\}\/functions$/, 'Permissions'],
    [/:log-group:\/longhaul\/\$\{App\}\/jobs:/, 'SharedByJobs'],
    [/:task\/\$\{ClusterName\}\/\*$/, 'Compute'],
  ];
  /** Names that a template gives to what it makes itself. */
  const own = /^(\$\{App\}-(users|partners)|\/aws\/vendedlogs\/apis\/\$\{App\})$/;

  const strings = (value: unknown): string[] =>
    typeof value === 'string' ? [value] : Object.values(value ?? {}).flatMap(strings);

  const all = new Map(resources('template.yaml'));
  /** The resources of the root that this one waits for, at any remove. */
  function waitedFor(name: string, seen = new Set<string>()): Set<string> {
    const resource = all.get(name) as unknown as { DependsOn?: string | string[] };
    const mentioned = strings(resource).flatMap((value) => [
      value.split('.')[0] ?? '',
      ...[...value.matchAll(/\$\{(\w+)/g)].map(([, inner = '']) => inner),
    ]);
    for (const other of [resource.DependsOn ?? [], mentioned].flat(2)) {
      if (other === name || seen.has(other) || !all.has(other)) continue;
      seen.add(other);
      waitedFor(other, seen);
    }
    return seen;
  }

  const blocks = [...all].filter(([, { Properties }]) => withFunctions.includes(Properties?.Location));

  test('every template with functions is a block of the root', () => {
    const used = new Set(blocks.map(([, { Properties }]) => Properties.Location));
    expect([...used].sort()).toEqual(withFunctions);
  });

  test.each(blocks)('%s waits for all that it names', (name, { Properties }) => {
    const names = strings(read(Properties.Location)).filter(
      (value) => value.includes('${App}') || value.includes('${Cluster'),
    );
    expect(names.length).toBeGreaterThan(3);
    const waits = waitedFor(name);
    for (const value of names) {
      if (own.test(value)) continue;
      const [, resource] = derived.find(([pattern]) => pattern.test(value)) ?? [];
      expect(resource, `nobody knows what '${value}' is`).toBeDefined();
      expect([...waits], value).toContain(resource);
    }
  });
});

describe('what is kept when its block goes', () => {
  const kept = [...everywhere('AWS::DynamoDB::Table'), ...everywhere('AWS::SQS::Queue')].filter(
    ([path]) => !path.endsWith('sqs/template.yaml: Queue'), // drained before (docs/triggers.md)
  );

  test.each(kept)('%s', (_path, { DeletionPolicy, UpdateReplacePolicy }) => {
    expect([DeletionPolicy, UpdateReplacePolicy]).toEqual(['RetainExceptOnCreate', 'Retain']);
  });

  test('the users, whose protection cannot make a first deploy that fails stay half made', () => {
    const { Parameters, Resources } = read('functions/api/template.yaml');
    expect(Resources.UserPool).toMatchObject({ DeletionPolicy: 'RetainExceptOnCreate', UpdateReplacePolicy: 'Retain' });
    expect(Resources.UserPool.Properties.DeletionProtection).toBe('UserPoolDeletionProtection');
    expect(Parameters.UserPoolDeletionProtection.Default).toBe('INACTIVE');
  });
});

test('our schedules that start a job are off unless a parameter says otherwise', () => {
  const { stack } = loadStack(join(root, 'template.yaml'), { ...deployment, parameters: {} });
  expect(stack.resources.filter(({ type }) => type === 'AWS::Scheduler::Schedule')).toEqual([]);
  for (const { properties, path } of stack.resources) {
    for (const event of Object.values<{ Type: string; Properties?: { State?: string } }>(properties.Events ?? {})) {
      if (event.Type === 'ScheduleV2' && path === 'Daily/ScheduleTrigger')
        expect(event.Properties?.State).toBe('DISABLED');
    }
  }
});

describe('what is no schedule is refused before anything is deployed', () => {
  const template = 'functions/triggers/schedule/template.yaml';
  const pattern = (file: string, name: string) => new RegExp(read(file).Parameters[name].AllowedPattern);

  test.each(['template.yaml', template])('in %s', (file) => {
    for (const good of ['rate(1 day)', 'cron(0 3 ? * MON-FRI *)', 'at(2026-12-24T08:00:00)'])
      expect(good).toMatch(pattern(file, 'ScheduleExpression'));
    for (const bad of ['', '1 day', 'every(1 day)', 'rate(1 day', 'rate()', 'rate(1 day) '])
      expect(bad).not.toMatch(pattern(file, 'ScheduleExpression'));
  });

  test('nor a zone that can be none', () => {
    for (const zone of Intl.supportedValuesOf('timeZone')) expect(zone).toMatch(pattern(template, 'Timezone'));
    for (const zone of ['Etc/GMT+5', 'UTC', 'GMT-0']) expect(zone).toMatch(pattern(template, 'Timezone'));
    for (const bad of ['', 'Europe/', '+02:00', 'Europe Berlin', '/UTC'])
      expect(bad).not.toMatch(pattern(template, 'Timezone'));
  });
});

test('a schedule says which job it starts, and which time it is', () => {
  const file = join(root, 'template.yaml');
  const { stack } = loadStack(file, { ...deployment, parameters: { ScheduleExpression: 'cron(0 3 * * ? *)' } });
  const { properties } = stack.resources.find(({ path }) => path === 'Daily/ScheduleTrigger')!;
  expect(properties.Events.Due.Properties).toMatchObject({
    ScheduleExpression: 'cron(0 3 * * ? *)',
    ScheduleExpressionTimezone: 'UTC',
    State: 'DISABLED',
  });
  expect(JSON.parse(properties.Events.Due.Properties.Input)).toEqual({
    job: 'hello-world',
    scheduleArn: '<aws.scheduler.schedule-arn>',
    scheduledTime: '<aws.scheduler.scheduled-time>',
    input: {},
  });
});
