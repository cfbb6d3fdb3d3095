import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { lacking } from '../python/python.ts';
import { read, root, templates } from './templates.ts';

/** Applies SAM's transform to templates, as CloudFormation does, and lints what comes of it with values of parameters. */
const program = `
import json, os, sys

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

class NoManagedPolicies:
    def load(self):
        return {}

# sam package puts local files into S3, and their addresses here.
PACKAGED = {
    "AWS::Serverless::Application": ("Location", "https://s3.amazonaws.com/bucket/template"),
    "AWS::Serverless::Function": ("CodeUri", "s3://bucket/code"),
    "AWS::Serverless::StateMachine": ("DefinitionUri", "s3://bucket/definition"),
}

def deployed(file):
    with open(file) as text:
        template = yaml_parse(text.read())
    template.get("Globals", {}).get("Function", {}).pop("CodeUri", None)
    for resource in template["Resources"].values():
        if resource["Type"] in PACKAGED:
            name, address = PACKAGED[resource["Type"]]
            resource["Properties"][name] = address
    return json.dumps(transform(template, {}, NoManagedPolicies(), passthrough_metadata=True))

given = json.load(sys.stdin)
# Before cfn-lint is loaded, which switches off what SAM itself checks.
results = {file: deployed(file) for file in given["templates"]}

from cfnlint.api import lint
from cfnlint.context.parameters import ParameterSet
from cfnlint.core import get_rules

rules = get_rules([], [], [])
findings = []
for parameters in given["values"]:
    sets = {"parameters": [ParameterSet(source=None, parameters=parameters)]}
    found = lint(results["template.yaml"], rules, ["us-east-1"], sets)
    findings.append([f"{match.rule.id} {'/'.join(map(str, match.path))}: {match.message}" for match in found])
roles = {
    file: [
        {"id": name, **resource["Properties"]}
        for name, resource in json.loads(result)["Resources"].items()
        if resource["Type"] == "AWS::IAM::Role"
    ]
    for file, result in results.items()
}
json.dump({"roles": roles, "findings": findings}, sys.stdout)
`;

const arn = (service: string, resource: string) => `arn:aws:${service}:us-east-1:123456789012:${resource}`;
const secret = (name: string) => arn('secretsmanager', `secret:${name}-AbCdEf`);
const subnets = 'subnet-0123456789abcdef0,subnet-0123456789abcdef1';

const everything = {
  CsvReportImage: '123456789012.dkr.ecr.us-east-1.amazonaws.com/csv-report:1',
  TrainModelImage: '123456789012.dkr.ecr.us-east-1.amazonaws.com/train-model:1',
  ScheduleState: 'ENABLED',
  Followers: 'hello-world',
  KinesisStream: 'true',
  LogsGroupName: '/orders',
  AlbVpcId: 'vpc-0123456789abcdef0',
  AlbSubnetIds: subnets,
  AlbCertificateArn: arn('acm', 'certificate/12345678-1234-1234-1234-123456789012'),
  StripeWebhookSecretArn: secret('stripe'),
  GithubWebhookSecretArn: secret('github'),
  ApiKeysSecretArn: secret('api-keys'),
  Users: 'COGNITO',
  AllowedOrigins: 'https://app.example.com,https://example.com',
  UserPoolDeletionProtection: 'ACTIVE',
};
const ownNetwork = { SubnetIds: subnets, SecurityGroupIds: 'sg-0123456789abcdef0', AssignPublicIp: 'DISABLED' };

interface Role {
  id: string;
  AssumeRolePolicyDocument: { Statement: { Condition?: object }[] };
  PermissionsBoundary?: object;
}

// Without values, cfn-lint looks at both sides of every condition, and applies the transform itself: lint.e2e.test.ts.
const values: Record<string, string>[] = [everything, ownNetwork];

describe.skipIf(lacking(['samtranslator', 'cfnlint']))(
  'SAM’s transform (where samtranslator and cfn-lint are installed)',
  () => {
    let done: { roles: Record<string, Role[]>; findings: string[][] };
    beforeAll(() => {
      const input = JSON.stringify({ templates, values });
      const { stdout, stderr, status } = spawnSync('python3', ['-c', program], { cwd: root, input, encoding: 'utf8' });
      expect(status, stderr).toBe(0);
      done = JSON.parse(stdout);
    });

    test.each(templates)('takes %s', (template) => {
      expect(done.roles).toHaveProperty([template]);
    });

    test.each(values.map((parameters, index) => [Object.keys(parameters).join(', '), index] as const))(
      'makes a template in which cfn-lint finds nothing, with %s',
      (_parameters, index) => {
        expect(done.findings[index]).toEqual([]);
      },
    );

    test('no role can be used for another account, also not one that SAM makes', () => {
      const ofThisAccount = { Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } } };
      const roles = Object.entries(done.roles).flatMap(([template, its]) => its.map((role) => ({ template, ...role })));
      expect(roles.length).toBeGreaterThan(25);
      for (const { template, id, AssumeRolePolicyDocument } of roles) {
        for (const statement of AssumeRolePolicyDocument.Statement) {
          expect(statement, `${template}: ${id}`).toMatchObject(ofThisAccount);
        }
      }
    });

    test('every role of a template with functions is within the boundary', () => {
      const withFunctions = templates.filter((template) => read(template).Globals?.Function);
      for (const template of withFunctions) {
        for (const { id, PermissionsBoundary } of done.roles[template] ?? [])
          expect(PermissionsBoundary, `${template}: ${id}`).toBeDefined();
      }
    });

    test('the parameters that are given values exist', () => {
      const known = Object.keys(read('template.yaml').Parameters);
      expect(known).toEqual(expect.arrayContaining(Object.keys({ ...everything, ...ownNetwork })));
    });
  },
);
