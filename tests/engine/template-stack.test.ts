// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Fn::Sub

import { join } from 'node:path';
import { assert, constantFrom, property, subarray, uniqueArray } from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { load } from './template-load.ts';

const paths = (stack: ReturnType<typeof load>) => stack.resources.map(({ path }) => path);

describe('the order of resources', () => {
  it('puts what is referred to first, by property, metadata and DependsOn', () => {
    const stack = load(`
Resources:
  Policy: { Type: AWS::S3::BucketPolicy, Properties: { Bucket: !Ref Uploads } }
  Uploads: { Type: AWS::S3::Bucket, DependsOn: Queue, Properties: { Tag: !Sub "\${Topic.TopicName}" } }
  Queue: { Type: AWS::SQS::Queue, Metadata: { After: !GetAtt Table.Arn } }
  Table: { Type: AWS::DynamoDB::Table }
  Topic: { Type: AWS::SNS::Topic }`);
    expect(paths(stack)).toEqual(['Table', 'Queue', 'Topic', 'Uploads', 'Policy']);
  });

  it('holds for any graph without circles', () => {
    const names = ['A', 'B', 'C', 'D', 'E', 'F'];
    const graphs = uniqueArray(constantFrom(...names), { minLength: 6, maxLength: 6 }).chain((declared) =>
      subarray(names.flatMap((from, index) => names.slice(index + 1).map((to) => `${from}${to}`))).map((edges) => ({
        declared,
        edges,
      })),
    );
    assert(
      property(graphs, ({ declared, edges }) => {
        const entries = declared.map((name) => {
          const references = edges.filter((edge) => edge[0] === name).map((edge) => `!Ref ${edge[1]}`);
          return `  ${name}: { Type: AWS::S3::Bucket, Properties: { Uses: [${references.join(', ')}] } }`;
        });
        const order = paths(load(`Resources:\n${entries.join('\n')}`));
        expect([...order].sort()).toEqual(names);
        for (const edge of edges) expect(order.indexOf(edge[1]!)).toBeLessThan(order.indexOf(edge[0]!));
      }),
      { numRuns: 50 },
    );
  });

  it('cannot be found for a circle, which is printed', () => {
    expect(() =>
      load(`
Resources:
  Uploads: { Type: AWS::S3::Bucket, Properties: { Notify: !GetAtt Trigger.Arn } }
  Trigger: { Type: AWS::Lambda::Function, Properties: { Role: !GetAtt Role.Arn } }
  Role: { Type: AWS::IAM::Role, Properties: { May: !Sub "\${Uploads.Arn}/*" } }`),
    ).toThrow(/template\.yaml:\d+:\d+: resources refer to each other in a circle: Uploads → Trigger → Role → Uploads/);
  });

  it('needs what DependsOn names', () => {
    const template = (condition: string) => `
Conditions: { Never: !Equals [a, b] }
Resources:
  Uploads: { Type: AWS::S3::Bucket, DependsOn: [Queue] }
  ${condition}`;
    expect(() => load(template('Topic: { Type: AWS::SNS::Topic }'))).toThrow(
      'Uploads depends on Queue, which is no resource; resources: Uploads, Topic',
    );
    expect(() => load(template('Queue: { Type: AWS::SQS::Queue, Condition: Never }'))).toThrow(
      'Uploads refers to Queue, which is not there: its condition Never is false',
    );
  });
});

test.each(['Delete', 'Retain', 'RetainExceptOnCreate', 'Snapshot'])(
  'a resource may have DeletionPolicy %s',
  (policy) => {
    const stack = load(`Resources: { Table: { Type: AWS::DynamoDB::Table, DeletionPolicy: ${policy} } }`);
    expect(paths(stack)).toEqual(['Table']);
    expect(stack.warnings).toEqual([]);
  },
);

describe('a type that the engine does not have', () => {
  it('is a warning, and what refers to it still loads', () => {
    const { warnings, outputs, named } = load(`
Resources:
  Dns: { Type: AWS::Route53::HostedZone, Properties: { Name: example.com } }
  Uploads: { Type: AWS::S3::Bucket, Properties: { Zone: !GetAtt Dns.Id } }
Outputs: { Zone: { Value: !Ref Dns } }`);
    expect(warnings).toEqual([{ path: 'Dns', message: expect.stringContaining('AWS::Route53::HostedZone is a type') }]);
    expect(outputs.Zone).toMatch(/^longhaul-Dns-[A-Z0-9]{12}$/);
    expect(named('Uploads')?.properties.Zone).toBe(`${outputs.Zone}.Id`);
  });

  it('stands beside dynamic references, which only AWS resolves', () => {
    const { warnings, named } = load(`
Resources: { Uploads: { Type: AWS::S3::Bucket, Properties: { Secret: "{{resolve:ssm:/name}}" } } }`);
    expect(warnings).toEqual([{ path: 'Uploads', message: expect.stringContaining('a dynamic reference') }]);
    expect(named('Uploads')?.properties.Secret).toBe('{{resolve:ssm:/name}}');
  });

  it('may be a macro, which is a warning too', () => {
    const { warnings } = load(`
Transform: [AWS::Serverless-2016-10-31, MyMacro]
Resources: { Uploads: { Type: AWS::S3::Bucket } }`);
    expect(warnings).toEqual([
      { path: 'Transform', message: expect.stringContaining('the macro MyMacro runs on AWS only') },
    ]);
  });
});

describe('outputs', () => {
  it('are text', () => {
    const template = (value: string) => `
Resources: { Uploads: { Type: AWS::S3::Bucket } }
Outputs: { Answer: { Value: ${value}, Export: { Name: answer } } }`;
    expect(load(template('42')).outputs).toEqual({ Answer: '42' });
    expect(() => load(template('[a, b]'))).toThrow('Outputs.Answer must be text, not ["a","b"]; Fn::Join makes text');
    expect(() => load('Resources: {}\nOutputs: { Answer: { Description: none } }')).toThrow(
      'Outputs.Answer has no Value',
    );
  });
});

describe('nested stacks', () => {
  const files = {
    'jobs/report/template.yaml': `
Parameters: { Bucket: { Type: String }, Subnets: { Type: CommaDelimitedList }, Size: { Type: Number, Default: 1 } }
Conditions: { Big: !Equals [!Ref Size, 2] }
Resources:
  Definition:
    Type: AWS::Batch::JobDefinition
    Properties: { Bucket: !Ref Bucket, Subnets: !Ref Subnets, Stack: !Ref AWS::StackName }
    Metadata: { Dockerfile: Dockerfile, DevCommand: node main.ts }
  Deeper: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: ../deeper.json } }
Outputs:
  Definition: { Value: !Ref Definition }
  Queue: { Value: !GetAtt Deeper.Outputs.Name }
  Big: { Condition: Big, Value: big }`,
    'jobs/deeper.json': JSON.stringify({
      Resources: { Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'deep' } } },
      Outputs: { Name: { Value: { 'Fn::GetAtt': ['Queue', 'QueueName'] } } },
    }),
  };
  const root = (output = 'Outputs.Definition', size = '') => `
Resources:
  Report:
    Type: AWS::Serverless::Application
    Properties:
      Location: jobs/report/template.yaml
      Parameters: { Bucket: !Ref Uploads, Subnets: [a, b]${size} }
  Uploads: { Type: AWS::S3::Bucket, Properties: { BucketName: uploads } }
Outputs: { It: { Value: !GetAtt Report.${output} }, Stack: { Value: !Ref Report } }`;

  it('stand in the one list, before the resource that nests them', () => {
    const stack = load(root(), { files });
    expect(paths(stack)).toEqual(['Uploads', 'Report/Definition', 'Report/Deeper/Queue', 'Report/Deeper', 'Report']);
    expect(stack.named('Report/Definition')).toMatchObject({
      logicalId: 'Definition',
      properties: { Bucket: 'uploads', Subnets: ['a', 'b'] },
      metadata: { Dockerfile: 'Dockerfile', DevCommand: 'node main.ts' },
      templateFile: join(stack.folder, 'jobs/report/template.yaml'),
    });
  });

  it('give their outputs, from any depth', () => {
    expect(load(root(), { files }).outputs.It).toMatch(
      /:job-definition\/longhaul-Report-[A-Z0-9]{12}-Definition-[A-Z0-9]{12}:1$/,
    );
    expect(load(root('Outputs.Queue'), { files }).outputs.It).toBe('deep');
    expect(load(root('Outputs.Big', ', Size: 2'), { files }).outputs.It).toBe('big');
    expect(() => load(root('Outputs.Big'), { files })).toThrow(
      'Report (AWS::Serverless::Application) has no attribute Outputs.Big; it has: Outputs.Definition, Outputs.Queue',
    );
  });

  it('have their outputs known by their paths', () => {
    expect(load(root(), { files }).nested).toEqual({
      Report: { Definition: expect.stringContaining(':job-definition/'), Queue: 'deep' },
      'Report/Deeper': { Name: 'deep' },
    });
  });

  it('have a name of their own, the same at every start', () => {
    const [first, second] = [load(root(), { files }), load(root(), { files })];
    const name = first.named('Report/Definition')?.properties.Stack;
    expect(name).toMatch(/^longhaul-Report-[A-Z0-9]{12}$/);
    expect(second.named('Report/Definition')?.properties.Stack).toBe(name);
    expect(first.outputs.Stack).toContain(`:stack/${name}/`);
  });

  it('say which parameters are wrong, and where they are passed', () => {
    expect(() => load(root().replace(', Subnets: [a, b]', ''), { files })).toThrow(
      /template\.yaml:\d+:\d+: Report: these parameters need a value: Subnets \(CommaDelimitedList\)\. Parameters of Report in .*template\.yaml give them/,
    );
    expect(() => load(root('Outputs.Definition', ', Sise: 2'), { files })).toThrow(
      'there is no parameter Sise; accepted: Bucket, Subnets, Size',
    );
    expect(() => load(root('Outputs.Definition', ', Size: many'), { files })).toThrow(
      /jobs\/report\/template\.yaml:2:\d+: Report: parameter Size must be a number, not "many"/,
    );
  });

  it('say which block passes a value that its parameter refuses', () => {
    const lowerCase = {
      'outer.yaml': `Resources:
  Inner: { Type: AWS::Serverless::Application, Properties: { Location: inner.yaml, Parameters: { Job: Invoice } } }`,
      'inner.yaml': `Parameters:
  Job: { Type: String, AllowedPattern: "[a-z]+" }
Resources: { Queue: { Type: AWS::SQS::Queue } }`,
    };
    const block = 'Resources: { Outer: { Type: AWS::Serverless::Application, Properties: { Location: outer.yaml } } }';
    expect(() => load(block, { files: lowerCase })).toThrow(
      /inner\.yaml:2:\d+: Outer\/Inner: parameter Job must be text that matches \[a-z\]\+, not "Invoice"$/,
    );
  });

  it('are passed at most 4,096 bytes in a parameter', () => {
    const passing = (value: string) =>
      load(
        `Resources:
  Inner: { Type: AWS::Serverless::Application, Properties: { Location: inner.yaml, Parameters: { Specs: ${value} } } }`,
        {
          files: {
            'inner.yaml': '{ Parameters: { Specs: { Type: String } }, Resources: { Q: { Type: AWS::SQS::Queue } } }',
          },
        },
      );
    passing('x'.repeat(4096));
    expect(() => passing('x'.repeat(4097))).toThrow(
      /inner\.yaml:1:\d+: Inner: parameter Specs has a value of 4097 bytes/,
    );
  });

  it('are absent with all that is in them when their condition is false', () => {
    const stack = load(
      `Conditions: { Never: !Equals [a, b] }
Resources:
  Report: { Type: AWS::Serverless::Application, Condition: Never, Properties: { Location: no/file.yaml } }
  Uploads: { Type: AWS::S3::Bucket }`,
    );
    expect(paths(stack)).toEqual(['Uploads']);
  });

  it('warn with the path of the resource', () => {
    const nested = 'Resources: { Zone: { Type: AWS::Route53::HostedZone } }';
    const { warnings } = load(
      'Resources: { Dns: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: dns.yaml } } }',
      {
        files: { 'dns.yaml': nested },
      },
    );
    expect(warnings.map(({ path }) => path)).toEqual(['Dns/Zone']);
  });

  it('that are not files are left out, with a warning', () => {
    const { warnings, outputs } = load(`
Resources:
  Remote: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: https://bucket.s3.amazonaws.com/template.yaml } }
  Shared: { Type: AWS::Serverless::Application, Properties: { Location: { ApplicationId: arn, SemanticVersion: 1.0.0 } } }
Outputs: { Name: { Value: !GetAtt Remote.Outputs.Name } }`);
    expect(warnings.map(({ path }) => path)).toEqual(['Remote', 'Shared']);
    expect(outputs.Name).toMatch(/^longhaul-Remote-[A-Z0-9]{12}\.Outputs\.Name$/);
  });

  it('must not nest themselves', () => {
    const self =
      'Resources: { Again: { Type: AWS::CloudFormation::Stack, Properties: { TemplateURL: template.yaml } } }';
    expect(() => load(self)).toThrow(/templates nest each other in a circle: .*template\.yaml → .*template\.yaml/);
  });
});

describe('Fn::ForEach', () => {
  const template = (transform: string) => `
${transform}
Parameters: { Names: { Type: CommaDelimitedList, Default: "success,time-out" } }
Resources:
  "Fn::ForEach::Topics":
    - Name
    - !Ref Names
    - "Topic&{Name}":
        Type: AWS::SNS::Topic
        Properties:
          TopicName: !Join [".", [!Ref Name, fifo]]
          "Fn::ForEach::Flags": [Flag, [A, B], { "\${Flag}": !Sub "\${Name}-\${Flag}" }]
Outputs:
  "Fn::ForEach::Arns":
    - Name
    - [success, timeout]
    - "Arn\${Name}": { Value: !GetAtt "Topic\${Name}.TopicArn" }`;

  it('repeats resources, properties and outputs', () => {
    const stack = load(template('Transform: AWS::LanguageExtensions'));
    expect(paths(stack)).toEqual(['Topicsuccess', 'Topictimeout']);
    expect(stack.named('Topictimeout')?.properties).toEqual({
      TopicName: 'time-out.fifo',
      A: 'time-out-A',
      B: 'time-out-B',
    });
    expect(stack.outputs).toEqual({
      Arnsuccess: 'arn:aws:sns:us-east-1:000000000000:success.fifo',
      Arntimeout: 'arn:aws:sns:us-east-1:000000000000:time-out.fifo',
    });
  });

  it('goes over what is known by then', () => {
    const looped = template('Transform: AWS::LanguageExtensions\nConditions: { Is: !Equals [a, a] }');
    expect(() => load(looped.replace('!Ref Names', '!If [Is, [a], [b]]'))).toThrow('before the condition Is is known');
    expect(() => load(looped.replace('!Ref Names', '!Ref AWS::Region'))).toThrow('goes over a list of texts, not over');
    expect(() => load(looped.replace('"Topic&{Name}"', 'Topic'))).toThrow('makes Topic twice: its keys need ${Name}');
  });

  it('needs the language extensions', () => {
    expect(() => load(template(''))).toThrow('Fn::ForEach::Topics needs "Transform: AWS::LanguageExtensions"');
  });
});
