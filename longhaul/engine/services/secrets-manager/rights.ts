import { type Asked, arn, type Right } from '../../rights/index.ts';
import { stableCharacters } from '../../template/physical-ids/names.ts';

/** https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecretsmanager.html */
export function secretsManagerRights({ action, input }: Asked): Right[] {
  const name = String(input.SecretId ?? input.Name ?? '');
  const resource = name.startsWith('arn:')
    ? name
    : arn('secretsmanager', `secret:${name}-${stableCharacters(name, 6)}`);
  return [{ action: `secretsmanager:${action}`, resource: action === 'ListSecrets' ? '*' : resource }];
}
