import type {
  CreateSecretRequest,
  CreateSecretResponse,
  DescribeSecretResponse,
  GetSecretValueRequest,
  ListSecretsRequest,
  PutSecretValueRequest,
  PutSecretValueResponse,
} from '@aws-sdk/client-secrets-manager';
import { jsonService, type Service, ServiceError } from '../../endpoint/index.ts';
import { stableCharacters } from '../../template/physical-ids/names.ts';
import { described, listSecrets, stagesOf } from './list-secrets.ts';
import { secretsManagerRights } from './rights.ts';
import type { SecretStore, SecretValue } from './store.ts';

export { createSecrets } from './from-template.ts';
export { SecretStore } from './store.ts';

/** Characters or bytes (CreateSecret, SecretString and SecretBinary). */
const LARGEST = 65_536;

/** On the wire a blob is base64. */
interface Sent {
  SecretString?: string;
  SecretBinary?: string;
}

/**
 * Secrets Manager: what reads, makes and replaces a secret. Nothing is encrypted and nobody is refused; the file is for its
 * owner's eyes only, and no value is ever in a log.
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Operations.html
 */
export function secretsManagerService(store: SecretStore): Service {
  const service = jsonService('secretsmanager', 'secretsmanager', '1.1', {
    CreateSecret(input: CreateSecretRequest & Sent) {
      const { Name = '', Description: description, Tags = [], ClientRequestToken } = input;
      if (!/^[\w/+=.@!-]{1,512}$/.test(Name)) {
        const text =
          'Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!';
        throw new ServiceError('ValidationException', text);
      }
      const arn = `arn:aws:secretsmanager:us-east-1:000000000000:secret:${Name}-${stableCharacters(Name, 6)}`;
      const tags = Tags.map(({ Key = '', Value = '' }) => ({ Key, Value }));
      const { versions } = store.create({ arn, name: Name, description, tags }, sentValue(input), ClientRequestToken);
      return { ARN: arn, Name, VersionId: versions[0]?.id } satisfies CreateSecretResponse;
    },

    PutSecretValue(input: PutSecretValueRequest & Sent) {
      const { SecretId = '', VersionStages, ClientRequestToken } = input;
      const value = sentValue(input);
      if (!value)
        throw new ServiceError('InvalidRequestException', 'You must provide either SecretString or SecretBinary.');
      const { arn, name } = store.get(SecretId);
      const version = store.put(SecretId, value, VersionStages, ClientRequestToken);
      const answer: PutSecretValueResponse = { ARN: arn, Name: name, VersionId: version.id };
      return { ...answer, VersionStages: version.stages };
    },

    GetSecretValue({ SecretId = '', VersionId, VersionStage }: GetSecretValueRequest) {
      const { arn, name, versions } = store.get(SecretId);
      const stage = VersionStage ?? (VersionId ? undefined : 'AWSCURRENT');
      const version = versions.find(
        ({ id, stages }) => (!VersionId || id === VersionId) && (!stage || stages.includes(stage)),
      );
      if (!version) {
        const which = VersionId ? `VersionId: ${VersionId}` : `staging label: ${stage}`;
        const text = `Secrets Manager can't find the specified secret value for ${which}`;
        throw new ServiceError('ResourceNotFoundException', text);
      }
      const { id, stages, string: SecretString, binary: SecretBinary, created } = version;
      const CreatedDate = new Date(created);
      return { ARN: arn, Name: name, VersionId: id, SecretString, SecretBinary, VersionStages: stages, CreatedDate };
    },

    ListSecrets: (input: ListSecretsRequest) => listSecrets(store, input),

    DescribeSecret({ SecretId = '' }: { SecretId?: string }) {
      const secret = store.get(SecretId);
      return { ...described(secret), VersionIdsToStages: stagesOf(secret) } satisfies DescribeSecretResponse;
    },
  });
  return { ...service, rights: secretsManagerRights };
}

function sentValue({ SecretString: string, SecretBinary: binary }: Sent): SecretValue | undefined {
  if (string === undefined && binary === undefined) return undefined;
  if (string !== undefined && binary !== undefined) {
    const text = "You can't specify both a binary secret value and a string secret value in the same secret.";
    throw new ServiceError('InvalidParameterException', text);
  }
  if ((string?.length ?? Buffer.byteLength(binary ?? '', 'base64')) > LARGEST) {
    throw new ServiceError('ValidationException', `The secret must have length less than or equal to ${LARGEST}.`);
  }
  return string === undefined ? { binary } : { string };
}
