import { functionKey } from '../rights/principals.ts';
import type { FunctionDefinition } from './definition.ts';

/** What one process is told besides the function's own settings. */
export interface ProcessIdentity {
  /** `127.0.0.1:49152` */
  runtimeApi: string;
  logStream: string;
}

/**
 * The whole environment of a function's process: what Lambda documents, the template's variables, the engine's AWS
 * endpoint and credentials, and of the engine's own environment PATH, HOME and LANG only.
 * https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime
 *
 * @param engine - `AWS_ENDPOINT_URL`, `AWS_REGION`, credentials, and `PATH` if it should not be this process's
 */
export function processEnvironment(
  definition: FunctionDefinition,
  identity: ProcessIdentity,
  engine: Record<string, string>,
): Record<string, string> {
  const region = engine.AWS_REGION ?? 'us-east-1';
  return {
    PATH: engine.PATH ?? process.env.PATH ?? '',
    HOME: process.env.HOME ?? '/tmp',
    LANG: process.env.LANG ?? 'en_US.UTF-8',
    TZ: ':UTC',
    ...definition.variables,
    ...engine,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: functionKey(definition.name),
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.runtime}`,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memorySize),
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: definition.logGroup,
    AWS_LAMBDA_LOG_STREAM_NAME: identity.logStream,
    AWS_LAMBDA_LOG_FORMAT: definition.logFormat,
    AWS_LAMBDA_RUNTIME_API: identity.runtimeApi,
    LAMBDA_TASK_ROOT: definition.taskRoot,
    _HANDLER: definition.handler,
  };
}
