import type { Resource } from '../../template/model.ts';
import { type PasswordSettings, randomPassword } from './random-password.ts';
import type { SecretStore } from './store.ts';

/** Makes the secrets that a template declares, with a value of their own; those of an earlier start keep theirs. */
export function createSecrets(resources: Resource[], store: SecretStore): void {
  for (const { type, ref: arn, path, properties } of resources) {
    if (type !== 'AWS::SecretsManager::Secret' || store.has(arn)) continue;
    const { Description, Tags = [], SecretString, GenerateSecretString } = properties;
    const string = SecretString ?? (GenerateSecretString && generated(GenerateSecretString, path));
    const value = string === undefined ? undefined : { string: String(string) };
    store.create({ arn, name: nameIn(arn), description: Description, tags: Tags }, value);
  }
}

/** `arn:…:secret:name-a1B2c3` */
function nameIn(arn: string): string {
  return arn.slice(arn.indexOf(':secret:') + ':secret:'.length, -7);
}

/** The password alone, or as the member `GenerateStringKey` of the object in `SecretStringTemplate`. */
function generated(
  settings: PasswordSettings & { SecretStringTemplate?: string; GenerateStringKey?: string },
  path: string,
): string {
  try {
    const password = randomPassword(settings);
    const { SecretStringTemplate: template, GenerateStringKey: key } = settings;
    return template && key ? JSON.stringify({ ...JSON.parse(template), [key]: password }) : password;
  } catch (error) {
    throw new Error(`GenerateSecretString of ${path}: ${(error as Error).message}`, { cause: error });
  }
}
