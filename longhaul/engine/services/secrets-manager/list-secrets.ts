import type { ListSecretsRequest, ListSecretsResponse } from '@aws-sdk/client-secrets-manager';
import { ServiceError } from '../../endpoint/index.ts';
import { page } from '../page.ts';
import type { Secret, SecretStore } from './store.ts';

/** https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html */
export function listSecrets(store: SecretStore, input: ListSecretsRequest) {
  const { Filters = [], MaxResults, NextToken, SortOrder = 'desc' } = input;
  const tests = Filters.map(({ Key, Values = [] }) => test(String(Key), Values));
  const found = store.all().filter((secret) => tests.every((fits) => fits(secret)));
  if (SortOrder === 'desc') found.reverse();
  const { items, nextToken } = page(found, MaxResults, NextToken);
  return {
    SecretList: items.map((secret) => ({ ...described(secret), SecretVersionsToStages: stagesOf(secret) })),
    NextToken: nextToken,
  } satisfies ListSecretsResponse;
}

/** What ListSecrets and DescribeSecret say of a secret under the same names. */
export function described({ arn, name, description, tags, created, changed }: Secret) {
  const dates = { CreatedDate: new Date(created), LastChangedDate: new Date(changed) };
  return { ARN: arn, Name: name, Description: description, ...dates, Tags: tags };
}

/** The stages of each version, by its id. */
export const stagesOf = ({ versions }: Secret): Record<string, string[]> =>
  Object.fromEntries(versions.map(({ id, stages }) => [id, stages]));

/** Any of the values begins the name; one with `!` at its front begins no name that is found. */
function test(key: string, values: string[]): (secret: Secret) => boolean {
  if (key !== 'name') {
    throw new ServiceError(
      'InvalidParameterException',
      `The local engine filters secrets by name only, not by "${key}".`,
    );
  }
  const refused = values.filter((value) => value.startsWith('!')).map((value) => value.slice(1));
  const wanted = values.filter((value) => !value.startsWith('!'));
  return ({ name }) =>
    !refused.some((value) => name.startsWith(value)) &&
    (wanted.length === 0 || wanted.some((value) => name.startsWith(value)));
}
