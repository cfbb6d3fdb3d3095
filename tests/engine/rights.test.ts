import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { allows, functionKey, principalsOf, roleKey, type Statement } from '../../longhaul/engine/rights/index.ts';
import { loadStack, localParameters } from '../../longhaul/engine/template/index.ts';
import { deployment, load } from './template-load.ts';

describe('a policy', () => {
  const object = { action: 's3:GetObject', resource: 'arn:aws:s3:::files/a', context: { 'ecs:cluster': 'mine' } };
  const allow: Statement = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::files/*' };
  const given = (Condition: Statement['Condition']) => [{ ...allow, Condition }] as Statement[];
  it.each<[string, Statement[], boolean]>([
    ['allows what it names, whatever the case of the action', [{ ...allow, Action: 'S3:getobject' }], true],
    ['allows nothing when it is empty', [], false],
    ['allows one character for ?', [{ ...allow, Resource: 'arn:aws:s3:::files/?' }], true],
    ['takes a dot for a dot', [{ ...allow, Resource: 'arn.aws.s3...files/a' }], false],
    ['allows all but NotAction', [{ Effect: 'Allow', NotAction: 's3:Put*', Resource: '*' }], true],
    ['does not allow NotAction', [{ Effect: 'Allow', NotAction: ['s3:Get*'], Resource: '*' }], false],
    ['does not allow NotResource', [{ Effect: 'Allow', Action: '*', NotResource: 'arn:aws:s3:::files/*' }], false],
    ['denies in spite of another statement', [allow, { Effect: 'Deny', Action: 's3:*', Resource: '*' }], false],
    ['allows by a condition that holds', given({ ArnEquals: { 'ecs:cluster': ['other', 'mine'] } }), true],
    ['does not allow by a condition that fails', given({ StringLike: { 'ECS:Cluster': 'other*' } }), false],
    ['takes a condition to hold whose key is not known', given({ StringEquals: { 'aws:ResourceTag/a': 'b' } }), true],
    [
      'does not deny by a condition whose key is not known',
      [allow, { Effect: 'Deny', Action: '*', Resource: '*', Condition: { Bool: { 'aws:ViaAWSService': 'true' } } }],
      true,
    ],
  ])('%s', (_, statements, allowed) => {
    expect(allows(statements, object)).toBe(allowed);
  });
});

it('a function has the rights of its Role, and a role those of every policy that is attached to it', () => {
  const policy = (action: string) => `{ Statement: [{ Effect: Allow, Action: "${action}", Resource: "*" }] }`;
  const { resources } = load(`
Transform: AWS::Serverless-2016-10-31
Resources:
  Worker:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: ., Handler: a.b, Runtime: nodejs24.x, Role: !GetAtt Role.Arn }
  Unknown:
    Type: AWS::Serverless::Function
    Properties: { CodeUri: ., Handler: a.b, Runtime: nodejs24.x, Policies: [AmazonS3ReadOnlyAccess] }
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: worker
      PermissionsBoundary: !Ref Boundary
      Policies: [{ PolicyName: inline, PolicyDocument: ${policy('s3:GetObject')} }]
      ManagedPolicyArns: [!Ref Shared, arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]
  Boundary: { Type: AWS::IAM::ManagedPolicy, Properties: { PolicyDocument: ${policy('s3:*')} } }
  Shared: { Type: AWS::IAM::ManagedPolicy, Properties: { PolicyDocument: ${policy('s3:ListBucket')} } }
  Alone:
    Type: AWS::IAM::RolePolicy
    Properties: { RoleName: !Ref Role, PolicyName: alone, PolicyDocument: ${policy('s3:PutObject')} }
  Attached:
    Type: AWS::IAM::ManagedPolicy
    Properties: { Roles: [!Ref Role], PolicyDocument: ${policy('sqs:SendMessage')} }`);
  const principals = principalsOf(resources);
  const refOf = (id: string) => resources.find(({ logicalId }) => logicalId === id)!.ref;
  const worker = principals.get(functionKey(refOf('Worker')))!;
  expect(worker).toEqual(principals.get(roleKey('arn:aws:iam::000000000000:role/worker')));
  for (const action of ['s3:GetObject', 's3:ListBucket', 's3:PutObject', 'sqs:SendMessage']) {
    expect(allows(worker.statements, { action, resource: 'x' }), action).toBe(true);
  }
  expect(allows(worker.boundary!, { action: 'sqs:SendMessage', resource: 'x' })).toBe(false);
  expect(principals.has(functionKey(refOf('Unknown')))).toBe(false);
});

it('the policies of every function and every role of this project are known', () => {
  const project = join(import.meta.dirname, '../..');
  const parameters = { ...localParameters(project), Followers: 'hello-world' };
  const { stack } = loadStack(join(project, 'template.yaml'), { ...deployment, parameters });
  const principals = principalsOf(stack.resources);
  const acting = stack.resources.filter(({ type }) => /^AWS::(Serverless::Function|IAM::Role)$/.test(type));
  const known = [...principals.values()].map(({ path }) => path);
  expect(acting.map(({ path }) => path).filter((path) => !known.includes(path))).toEqual([]);
  expect(known.length).toBeGreaterThan(20);
});
