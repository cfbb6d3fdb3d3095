import { type IdentityTable, nameOf, plainId, seedOf, text } from './identity.ts';
import { arn, globalArn, stableCharacters } from './names.ts';

/** IAM and Cognito. */
export const access: IdentityTable = {
  'AWS::IAM::Role': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'RoleName', 64);
    const Arn = globalArn(deployment, 'iam', `role${text(resource, 'Path') ?? '/'}${name}`);
    return { ref: name, attributes: { Arn, RoleId: `AROA${stableCharacters(seedOf(resource, deployment), 17)}` } };
  },
  'AWS::IAM::InstanceProfile': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'InstanceProfileName', 128);
    const Arn = globalArn(deployment, 'iam', `instance-profile${text(resource, 'Path') ?? '/'}${name}`);
    return { ref: name, attributes: { Arn } };
  },
  'AWS::IAM::ManagedPolicy': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'ManagedPolicyName', 128);
    const PolicyArn = globalArn(deployment, 'iam', `policy${text(resource, 'Path') ?? '/'}${name}`);
    const PolicyId = `ANPA${stableCharacters(seedOf(resource, deployment), 17)}`;
    return { ref: PolicyArn, attributes: { PolicyArn, PolicyId, DefaultVersionId: 'v1', IsAttachable: 'true' } };
  },
  'AWS::IAM::Policy': plainId('Id'),
  'AWS::IAM::RolePolicy': plainId(),
  'AWS::Cognito::UserPool': (resource, deployment) => {
    const { region, endpoint } = deployment;
    const id = `${region}_${stableCharacters(seedOf(resource, deployment), 9)}`;
    const ProviderName = `cognito-idp.${region}.amazonaws.com/${id}`;
    return {
      ref: id,
      attributes: {
        Arn: arn(deployment, 'cognito-idp', `userpool/${id}`),
        ProviderName,
        ProviderURL: `${endpoint}/${id}`, // where the engine is the issuer
        UserPoolId: id,
      },
    };
  },
  'AWS::Cognito::UserPoolClient': (resource, deployment) => {
    const seed = seedOf(resource, deployment);
    const ClientId = stableCharacters(seed, 26).toLowerCase();
    const Name = nameOf(resource, deployment, 'ClientName', 128);
    const ClientSecret = stableCharacters(`${seed}/secret`, 48).toLowerCase();
    return { ref: ClientId, attributes: { ClientId, Name, ClientSecret } };
  },
};
