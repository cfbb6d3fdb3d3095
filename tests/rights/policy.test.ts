import { expect, test } from 'vitest';
import { load } from '../engine/template-load.ts';
import { allows, policiesOf, unused } from './policy.ts';

const statement = (action: string) =>
  `{ Version: "2012-10-17", Statement: [{ Effect: Allow, Action: "${action}", Resource: "*" }] }`;
const right = (action: string) => ({ action, resource: 'arn:aws:s3:::bucket/key' });

test('the rights of a role are read from wherever they are written', () => {
  const stack = load(`
Resources:
  JobRole:
    Type: AWS::IAM::Role
    Properties:
      Policies: [{ PolicyName: inline, PolicyDocument: ${statement('s3:GetObject')} }]
      ManagedPolicyArns: [!Ref Shared, arn:aws:iam::aws:policy/of-aws]
  Shared: { Type: AWS::IAM::ManagedPolicy, Properties: { PolicyDocument: ${statement('s3:ListBucket')} } }
  Alone:
    Type: AWS::IAM::RolePolicy
    Properties: { RoleName: !Ref JobRole, PolicyName: alone, PolicyDocument: ${statement('s3:PutObject')} }
  Attached:
    Type: AWS::IAM::ManagedPolicy
    Properties: { Roles: [!Ref JobRole], PolicyDocument: ${statement('s3:AbortMultipartUpload')} }
  OtherRole: { Type: AWS::IAM::Role }
  OfAnother:
    Type: AWS::IAM::RolePolicy
    Properties: { RoleName: !Ref OtherRole, PolicyName: other, PolicyDocument: ${statement('s3:DeleteObject')} }`);
  const actions = ['s3:GetObject', 's3:ListBucket', 's3:PutObject', 's3:AbortMultipartUpload'];
  const policies = policiesOf(stack, 'JobRole');
  for (const action of actions) expect(allows(policies, right(action)), action).toBe(true);
  expect(allows(policies, right('s3:DeleteObject'))).toBe(false);
  expect(unused(policies, [])).toHaveLength(actions.length);
  expect(() => policiesOf(stack, 'Shared')).toThrow('The stack has no role Shared');
});
