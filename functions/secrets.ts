import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';

/** How long a value is used without asking for it again, and how long a caller who needs a newer one waits. Milliseconds. */
const KEPT = 60_000;
const LEAST_KEPT = 5_000;

let client: SecretsManagerClient | undefined;
const kept = new Map<string, { values: Promise<Values>; since: number }>();

interface Values {
  current: string;
  previous: string;
}

/**
 * Whether one of a secret's values passes `test`: the current one, or the one before it, so that whoever uses a secret can change
 * to the next one while both are taken. A value that was put a moment ago is found: when none passes, Secrets Manager is asked
 * again, at most every five seconds.
 *
 * @param test - is given each value that is not empty, and the current one beside it
 * @throws whatever Secrets Manager answers when it refuses or cannot be reached, as the AWS SDK's errors
 */
export async function someSecret(arn: string, test: Test): Promise<boolean> {
  if (passes(await valuesOf(arn, KEPT), test)) return true;
  return passes(await valuesOf(arn, LEAST_KEPT), test);
}

type Test = (value: string, current: string) => boolean;

/** Every value is tried, whichever passes: how long that takes says nothing of it. */
function passes({ current, previous }: Values, test: Test): boolean {
  const values = [current, previous].filter((value) => value !== '');
  return values.map((value) => test(value, current)).includes(true);
}

function valuesOf(arn: string, longest: number): Promise<Values> {
  const known = kept.get(arn);
  if (known && Date.now() - known.since < longest) return known.values;
  const values = Promise.all([read(arn, 'AWSCURRENT'), read(arn, 'AWSPREVIOUS')]).then(([current, previous]) => ({
    current,
    previous,
  }));
  kept.set(arn, { values, since: Date.now() });
  // A failure is not kept: the next request asks again.
  values.catch(() => kept.delete(arn));
  return values;
}

/** Empty for a value that is no text, and for the previous one of a secret that has only had one. */
async function read(arn: string, stage: 'AWSCURRENT' | 'AWSPREVIOUS'): Promise<string> {
  client ??= new SecretsManagerClient({});
  try {
    const { SecretString = '' } = await client.send(new GetSecretValueCommand({ SecretId: arn, VersionStage: stage }));
    return SecretString;
  } catch (error) {
    if (stage === 'AWSPREVIOUS' && (error as Error).name === 'ResourceNotFoundException') return '';
    throw error;
  }
}
