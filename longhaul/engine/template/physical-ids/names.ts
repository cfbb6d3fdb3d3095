import { createHash } from 'node:crypto';
import type { Deployment } from '../model.ts';

const upperAlphanumeric = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

/** The same characters for the same seed, always: what AWS would draw at random. */
export function stableCharacters(seed: string, length: number, alphabet = upperAlphanumeric): string {
  let number = BigInt(`0x${createHash('sha256').update(seed).digest('hex')}`);
  let text = '';
  while (text.length < length) {
    text += alphabet[Number(number % BigInt(alphabet.length))];
    number /= BigInt(alphabet.length);
  }
  return text;
}

export function stableHex(seed: string, length: number): string {
  return createHash('sha256').update(seed).digest('hex').slice(0, length);
}

/** In the form of a version 4 UUID. */
export function stableUuid(seed: string): string {
  const hex = stableHex(seed, 30);
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(12, 15)}`, `a${hex.slice(15, 18)}`, hex.slice(18, 30)].join(
    '-',
  );
}

const suffixLength = 12;

/**
 * `longhaul-Uploads-1A2B3C4D5E6F`, as CloudFormation names what has no name of its own. What is too long for the service is cut
 * in the stack's name first, then in the logical id.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
 */
export function generatedName(stackName: string, logicalId: string, longest = 255): string {
  const suffix = stableCharacters(`${stackName}/${logicalId}`, suffixLength);
  return `${shortened(stackName, logicalId, longest - suffixLength - 1)}-${suffix}`;
}

/** `longhaul-Uploads`, cut to a length. */
export function shortened(stackName: string, logicalId: string, longest: number): string {
  const stackPart = stackName.slice(0, Math.max(longest - logicalId.length - 1, Math.ceil(longest / 2) - 1));
  return `${stackPart}-${logicalId}`.slice(0, longest);
}

/** `arn:aws:batch:us-east-1:000000000000:job-queue/spot`. */
export function arn({ region, accountId }: Deployment, service: string, resource: string): string {
  return `arn:${partition(region)}:${service}:${region}:${accountId}:${resource}`;
}

/** Of a service without regions: IAM. */
export function globalArn({ region, accountId }: Deployment, service: string, resource: string): string {
  return `arn:${partition(region)}:${service}::${accountId}:${resource}`;
}

export function partition(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  if (region.startsWith('us-gov-')) return 'aws-us-gov';
  return 'aws';
}
