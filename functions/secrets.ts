import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** How long a value is used without asking for it again, and how long a caller who needs a newer one waits. Milliseconds. */
const KEPT = 60_000;
const LEAST_KEPT = 5_000;

let client: SecretsManagerClient | undefined;
const kept = new Map<string, { values: Promise<string[]>; since: number }>();

/**
 * Whether one of a secret's valid values passes `test`. Valid are the current value and the one before it, so that whoever uses
 * a secret can change to the next one while both are taken. A value that was put a moment ago is found: when none passes,
 * Secrets Manager is asked again, at most every five seconds.
 *
 * @throws whatever Secrets Manager answers when it refuses or cannot be reached, as the AWS SDK's errors
 */
export async function someSecret(arn: string, test: (value: string) => boolean): Promise<boolean> {
  if (passes(await valuesOf(arn, KEPT), test)) return true;
  return passes(await valuesOf(arn, LEAST_KEPT), test);
}

/** Every value is tried, whichever passes: how long that takes says nothing of it. */
function passes(values: string[], test: (value: string) => boolean): boolean {
  return values.map(test).includes(true);
}

function valuesOf(arn: string, longest: number): Promise<string[]> {
  const known = kept.get(arn);
  if (known && Date.now() - known.since < longest) return known.values;
  const values = Promise.all([read(arn, 'AWSCURRENT'), read(arn, 'AWSPREVIOUS')]).then((both) =>
    both.filter((value) => value !== undefined && value !== ''),
  ) as Promise<string[]>;
  kept.set(arn, { values, since: Date.now() });
  // A failure is not kept: the next request asks again.
  values.catch(() => kept.delete(arn));
  return values;
}

/** Undefined for the previous value of a secret that has only had one. */
async function read(arn: string, stage: 'AWSCURRENT' | 'AWSPREVIOUS'): Promise<string | undefined> {
  client ??= new SecretsManagerClient({});
  try {
    const { SecretString } = await client.send(new GetSecretValueCommand({ SecretId: arn, VersionStage: stage }));
    return SecretString;
  } catch (error) {
    if (stage === 'AWSPREVIOUS' && (error as Error).name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}
