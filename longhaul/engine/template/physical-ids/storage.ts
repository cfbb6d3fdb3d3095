import { type IdentityTable, nameOf, plainId, seedOf, text } from './identity.ts';
import { arn, partition, stableCharacters, stableHex, stableUuid } from './names.ts';

export const storage: IdentityTable = {
  'AWS::S3::Bucket': (resource, deployment) => {
    const { region } = deployment;
    const name = text(resource, 'BucketName') ?? nameOf(resource, deployment, 'BucketName', 63).toLowerCase();
    return {
      ref: name,
      attributes: {
        Arn: `arn:${partition(region)}:s3:::${name}`,
        DomainName: `${name}.s3.amazonaws.com`,
        DualStackDomainName: `${name}.s3.dualstack.${region}.amazonaws.com`,
        RegionalDomainName: `${name}.s3.${region}.amazonaws.com`,
        WebsiteURL: `http://${name}.s3-website-${region}.amazonaws.com`,
      },
    };
  },
  'AWS::S3::BucketPolicy': (resource, deployment) => ({
    ref: nameOf(resource, deployment, 'Bucket', 63),
    attributes: {},
  }),
  'AWS::DynamoDB::Table': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'TableName', 255);
    const Arn = arn(deployment, 'dynamodb', `table/${name}`);
    // A stream's label is the time of its creation: any fixed one will do.
    const stream = { StreamArn: `${Arn}/stream/2026-01-01T00:00:00.000` };
    return { ref: name, attributes: { Arn, ...(resource.properties.StreamSpecification ? stream : {}) } };
  },
  'AWS::ECR::Repository': (resource, deployment) => {
    const { accountId, region } = deployment;
    const name = text(resource, 'RepositoryName') ?? nameOf(resource, deployment, 'RepositoryName', 256).toLowerCase();
    return {
      ref: name,
      attributes: {
        Arn: arn(deployment, 'ecr', `repository/${name}`),
        RepositoryUri: `${accountId}.dkr.ecr.${region}.amazonaws.com/${name}`,
      },
    };
  },
  'AWS::EFS::FileSystem': (resource, deployment) => {
    const id = `fs-${stableHex(seedOf(resource, deployment), 17)}`;
    return {
      ref: id,
      attributes: { Arn: arn(deployment, 'elasticfilesystem', `file-system/${id}`), FileSystemId: id },
    };
  },
  'AWS::EFS::AccessPoint': (resource, deployment) => {
    const id = `fsap-${stableHex(seedOf(resource, deployment), 17)}`;
    return {
      ref: id,
      attributes: { Arn: arn(deployment, 'elasticfilesystem', `access-point/${id}`), AccessPointId: id },
    };
  },
  'AWS::EFS::MountTarget': plainId('Id'),
  'AWS::SSM::Parameter': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'Name', 1011);
    const attributes = { Name: name, Type: text(resource, 'Type') ?? '', Value: text(resource, 'Value') ?? '' };
    return { ref: name, attributes };
  },
  /** The ARN ends in six characters of Secrets Manager's own. */
  'AWS::SecretsManager::Secret': (resource, deployment) => {
    const name = nameOf(resource, deployment, 'Name', 512);
    const ref = arn(deployment, 'secretsmanager', `secret:${name}-${stableCharacters(name, 6)}`);
    return { ref, attributes: { Id: ref } };
  },
  'AWS::KMS::Key': (resource, deployment) => {
    const id = stableUuid(seedOf(resource, deployment));
    return { ref: id, attributes: { Arn: arn(deployment, 'kms', `key/${id}`), KeyId: id } };
  },
  'AWS::KMS::Alias': (resource, deployment) => ({
    ref: nameOf(resource, deployment, 'AliasName', 256),
    attributes: {},
  }),
};
