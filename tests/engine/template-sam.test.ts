// biome-ignore-all lint/suspicious/noTemplateCurlyInString: variables of Fn::Sub
import { describe, expect, it } from 'vitest';
import { load } from './template-load.ts';

const serverless = 'Transform: AWS::Serverless-2016-10-31';

describe('Globals', () => {
  it('are merged by type: maps by key, lists appended, the own value wins, a function is one value', () => {
    const { named } = load(`
${serverless}
Globals:
  Function:
    Runtime: nodejs24.x
    Timeout: 30
    Layers: [shared]
    Environment: { Variables: { TABLE: one, BUCKET: !Ref Uploads } }
    VpcConfig: !Ref AWS::NoValue
  HttpApi: { Tags: { app: longhaul } }
Resources:
  Uploads: { Type: AWS::S3::Bucket, Properties: { BucketName: uploads } }
  Trigger:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 5
      Layers: [own]
      Environment: { Variables: { TABLE: !Sub two, JOB: report } }
  Api: { Type: AWS::Serverless::HttpApi }
  Plain: { Type: AWS::Lambda::Function, Properties: { Handler: index.handler } }`);
    expect(named('Trigger')?.properties).toEqual({
      Runtime: 'nodejs24.x',
      Timeout: 5,
      Layers: ['shared', 'own'],
      Environment: { Variables: { TABLE: 'two', BUCKET: 'uploads', JOB: 'report' } },
    });
    expect(named('Api')?.properties).toEqual({ Tags: { app: 'longhaul' } });
    expect(named('Plain')?.properties).toEqual({ Handler: 'index.handler' });
  });

  it('are left out as far as IgnoreGlobals says', () => {
    const template = (ignored: string) => `
${serverless}
Globals: { Function: { Timeout: 30, MemorySize: 512 } }
Resources: { Trigger: { Type: AWS::Serverless::Function, IgnoreGlobals: ${ignored}, Properties: { Handler: h } } }`;
    expect(load(template('"*"')).named('Trigger')?.properties).toEqual({ Handler: 'h' });
    expect(load(template('[Timeout]')).named('Trigger')?.properties).toEqual({ Handler: 'h', MemorySize: 512 });
    expect(() => load(template('[Runtime]'))).toThrow('must be "*" or a list of these: Timeout, MemorySize');
  });

  it('that SAM does not support are refused', () => {
    const resources = 'Resources: { Uploads: { Type: AWS::S3::Bucket } }';
    expect(() => load(`Globals: { Functions: {} }\n${resources}`)).toThrow(
      'Globals.Functions is not supported; known: Function, Api, HttpApi',
    );
    expect(() => load(`Globals: { Function: { FunctionName: x } }\n${resources}`)).toThrow(
      'Globals.Function.FunctionName is not supported; known: Handler, Runtime',
    );
  });
});

describe('what SAM makes', () => {
  it('is a rule for each EventBridge event, which the template may refer to', () => {
    const { named, resources, outputs } = load(`
${serverless}
Parameters: { Pattern: { Type: String, Default: '{"source":["shop"]}' } }
Resources:
  Bus: { Type: AWS::Events::EventBus, Properties: { Name: shop } }
  Worker:
    Type: AWS::Serverless::Function
    Properties:
      Events:
        Ordered:
          Type: EventBridgeRule
          Properties: { EventBusName: !Ref Bus, Pattern: !Ref Pattern, InputPath: $.detail.name, State: DISABLED }
        Paid: { Type: EventBridgeRule, Properties: { Pattern: { source: [bank] }, Target: { Id: mine } } }
        Asked: { Type: HttpApi }
Outputs:
  Rule: { Value: !GetAtt WorkerOrdered.Arn }`);
    const { Arn } = named('Worker')?.attributes ?? {};
    expect(named('WorkerOrdered')).toMatchObject({
      type: 'AWS::Events::Rule',
      properties: {
        EventBusName: 'shop',
        EventPattern: '{"source":["shop"]}',
        State: 'DISABLED',
        Targets: [{ Id: 'WorkerOrderedLambdaTarget', Arn, InputPath: '$.detail.name' }],
      },
    });
    expect(outputs.Rule).toMatch(/^arn:aws:events:us-east-1:000000000000:rule\/shop\/longhaul-WorkerOrdered-\w{12}$/);
    expect(named('WorkerPaid')?.properties).toEqual({
      EventPattern: { source: ['bank'] },
      Targets: [{ Id: 'mine', Arn }],
    });
    expect(resources.filter(({ type }) => type === 'AWS::Events::Rule')).toHaveLength(2);
  });

  const functions = `
${serverless}
Resources:
  Trigger:
    Type: AWS::Serverless::Function
    Properties:
      RolePath: /app/
      FunctionUrlConfig: { AuthType: NONE }
      Events: { Get: { Type: HttpApi, Properties: { Path: /jobs, Method: get } } }
  Machine: { Type: AWS::Serverless::StateMachine, Properties: { DefinitionUri: job.asl.yaml } }
Outputs:
  Role: { Value: !GetAtt TriggerRole.Arn }
  MachineRole: { Value: !Ref MachineRole }
  Url: { Value: !GetAtt TriggerUrl.FunctionUrl }
  Api: { Value: !Sub "https://\${ServerlessHttpApi}.execute-api.\${AWS::Region}.\${AWS::URLSuffix}/jobs" }`;

  it('can be referred to: roles, function URLs and the implicit API', () => {
    const { outputs } = load(functions);
    expect(outputs.Role).toMatch(/^arn:aws:iam::000000000000:role\/app\/longhaul-TriggerRole-[A-Z0-9]{12}$/);
    expect(outputs.MachineRole).toMatch(/^longhaul-MachineRole-[A-Z0-9]{12}$/);
    expect(outputs.Url).toMatch(/^https:\/\/[0-9a-f]{32}\.lambda-url\.us-east-1\.on\.aws\/$/);
    expect(outputs.Api).toBe('http://127.0.0.1:3000/jobs');
  });

  it('adds the implicit API to the resources, but not the roles', () => {
    const { resources } = load(functions);
    expect(resources.map(({ path, type }) => `${path} ${type}`)).toEqual([
      'Trigger AWS::Serverless::Function',
      'Machine AWS::Serverless::StateMachine',
      'ServerlessHttpApi AWS::Serverless::HttpApi',
    ]);
  });

  it('makes no role where one is given, and no API where one is named', () => {
    const { resources } = load(`
Resources:
  Api: { Type: AWS::Serverless::HttpApi }
  Trigger:
    Type: AWS::Serverless::Function
    Properties:
      Role: arn:aws:iam::000000000000:role/mine
      Events: { Get: { Type: HttpApi, Properties: { ApiId: !Ref Api } } }`);
    expect(resources.map(({ path }) => path)).toEqual(['Api', 'Trigger']);
    expect(() =>
      load(`
Resources: { Trigger: { Type: AWS::Serverless::Function, Properties: { Role: mine } } }
Outputs: { Role: { Value: !Ref TriggerRole } }`),
    ).toThrow('there is no parameter or resource TriggerRole');
  });
});

describe('a function', () => {
  it('is named after stack and logical id, unless it has a name of its own', () => {
    const { named } = load(`
Resources:
  Trigger: { Type: AWS::Serverless::Function }
  Own: { Type: AWS::Serverless::Function, Properties: { FunctionName: !Sub "\${AWS::StackName}-mine" } }
  ${'Long'.repeat(20)}: { Type: AWS::Serverless::Function }`);
    expect(named('Trigger')?.ref).toBe('longhaul-Trigger');
    expect(named('Trigger')?.attributes.Arn).toBe('arn:aws:lambda:us-east-1:000000000000:function:longhaul-Trigger');
    expect(named('Own')?.ref).toBe('longhaul-mine');
    expect(named('Long'.repeat(20))?.ref).toMatch(/^.{64}$/);
  });

  it('keeps what its consumers read: events, policy templates, metadata', () => {
    const { named } = load(`
Resources:
  Uploads: { Type: AWS::S3::Bucket, Properties: { BucketName: uploads } }
  Trigger:
    Type: AWS::Serverless::Function
    Metadata: { BuildMethod: esbuild, BuildProperties: { EntryPoints: [functions/triggers/s3.ts] } }
    Properties:
      CodeUri: .
      Handler: triggers/s3.handler
      Policies: [{ S3ReadPolicy: { BucketName: !Ref Uploads } }]
      Events: { Uploaded: { Type: S3, Properties: { Bucket: !Ref Uploads, Events: "s3:ObjectCreated:*" } } }`);
    expect(named('Trigger')).toMatchObject({
      metadata: { BuildMethod: 'esbuild', BuildProperties: { EntryPoints: ['functions/triggers/s3.ts'] } },
      properties: {
        CodeUri: '.',
        Policies: [{ S3ReadPolicy: { BucketName: 'uploads' } }],
        Events: { Uploaded: { Type: 'S3', Properties: { Bucket: 'uploads', Events: 's3:ObjectCreated:*' } } },
      },
    });
  });

  it('may answer on the API that it authorizes: an event is no dependency', () => {
    const { resources, named } = load(`
Resources:
  Authorizer:
    Type: AWS::Serverless::Function
    Properties: { Events: { Get: { Type: HttpApi, Properties: { ApiId: !Ref Api, Path: /, Method: GET } } } }
  Api:
    Type: AWS::Serverless::HttpApi
    Properties: { Auth: { Authorizers: { Own: { FunctionArn: !GetAtt Authorizer.Arn } } } }`);
    expect(resources.map(({ path }) => path)).toEqual(['Authorizer', 'Api']);
    expect(named('Authorizer')?.properties.Events.Get.Properties.ApiId).toBe(named('Api')?.ref);
  });
});

describe("an API's address", () => {
  it('is the local one, by attribute and put together, with its path', () => {
    const { outputs, named } = load(`
Resources: { Api: { Type: AWS::Serverless::HttpApi } }
Outputs:
  Id: { Value: !Ref Api }
  Attribute: { Value: !GetAtt Api.ApiEndpoint }
  Sub: { Value: !Sub "https://\${Api}.execute-api.\${AWS::Region}.amazonaws.com/prod/jobs" }
  Join: { Value: !Join ["", ["https://", !Ref Api, ".execute-api.us-east-1.amazonaws.com"]] }
  Arn: { Value: !Sub "arn:aws:execute-api:\${AWS::Region}:\${AWS::AccountId}:\${Api}/*" }
  Foreign: { Value: !Sub "https://abcdefghij.execute-api.\${AWS::Region}.amazonaws.com" }`);
    const id = named('Api')?.ref;
    expect(id).toMatch(/^[a-z0-9]{10}$/);
    expect(outputs).toEqual({
      Id: id,
      Attribute: 'http://127.0.0.1:3000',
      Sub: 'http://127.0.0.1:3000/prod/jobs',
      Join: 'http://127.0.0.1:3000',
      Arn: `arn:aws:execute-api:us-east-1:000000000000:${id}/*`,
      Foreign: 'https://abcdefghij.execute-api.us-east-1.amazonaws.com',
    });
  });
});
