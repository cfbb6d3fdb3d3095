import { createHash } from 'node:crypto';
import type { FunctionDefinition } from '../../functions/index.ts';

/**
 * A function in the shape of `GetFunctionConfiguration`.
 * https://docs.aws.amazon.com/lambda/latest/api/API_FunctionConfiguration.html
 */
export function configurationOf(definition: FunctionDefinition, startedAt: Date): object {
  const { properties } = definition.resource;
  return {
    FunctionName: definition.name,
    FunctionArn: definition.arn,
    Runtime: definition.runtime,
    Role: properties.Role ?? `arn:aws:iam::000000000000:role/${definition.name}`,
    Handler: definition.handler,
    // Nothing is packed: the source runs from where it is.
    CodeSize: 0,
    CodeSha256: createHash('sha256').update(definition.taskRoot).digest('base64'),
    Description: properties.Description ?? '',
    Timeout: definition.timeout,
    MemorySize: definition.memorySize,
    LastModified: startedAt.toISOString().replace('Z', '+0000'),
    Version: '$LATEST',
    Environment: { Variables: definition.variables },
    TracingConfig: { Mode: 'PassThrough' },
    State: definition.problem ? 'Failed' : 'Active',
    ...(definition.problem && { StateReason: definition.problem, StateReasonCode: 'InvalidConfiguration' }),
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: properties.Architectures ?? ['x86_64'],
    EphemeralStorage: { Size: properties.EphemeralStorage?.Size ?? 512 },
    LoggingConfig: { LogFormat: definition.logFormat, LogGroup: definition.logGroup },
  };
}
