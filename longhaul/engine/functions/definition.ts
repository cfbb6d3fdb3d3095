import { dirname, resolve } from 'node:path';
import type { Resource } from '../template/model.ts';
import { type AsyncSettings, asyncSettings } from './async-settings.ts';

/** What the engine runs: one `AWS::Serverless::Function`, read once. */
export interface FunctionDefinition {
  /** `longhaul-S3Trigger-1a2b3c`: the physical name. */
  name: string;
  arn: string;
  /** As in the template: `triggers/s3.handler`. */
  handler: string;
  /** `nodejs24.x`, `provided.al2023`. */
  runtime: string;
  /** Absolute path of the code's folder: `LAMBDA_TASK_ROOT`. */
  taskRoot: string;
  /** `EntryPoints` of an esbuild build, relative to `taskRoot`; empty without one. */
  entryPoints: string[];
  memorySize: number;
  /** Seconds. */
  timeout: number;
  /** The template's variables, after Globals. */
  variables: Record<string, string>;
  /** Most invocations at a time; undefined when nothing is reserved. */
  reservedConcurrency: number | undefined;
  logGroup: string;
  logFormat: 'Text' | 'JSON';
  async: AsyncSettings;
  /** Why it cannot run here; every invocation is then refused with this text. */
  problem: string | undefined;
  resource: Resource;
}

/**
 * Reads a function's resource. A mistake in it becomes its `problem`, so that the other functions run.
 * Defaults are SAM's and Lambda's: 128 MB, 3 seconds.
 * https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/sam-resource-function.html
 */
export function defineFunction(resource: Resource): FunctionDefinition {
  const properties = resource.properties;
  const name = resource.ref;
  const runtime = String(properties.Runtime ?? '');
  const problems: string[] = [];
  if (!/^(nodejs\d|provided)/.test(runtime)) {
    problems.push(`Runtime "${runtime}" does not run here; nodejs* and provided* do.`);
  }
  const variables: Record<string, string> = {};
  for (const [key, value] of Object.entries(properties.Environment?.Variables ?? {})) {
    // CloudFormation takes "simple types" too and passes them on as text; an object or a list it refuses.
    if (['string', 'number', 'boolean'].includes(typeof value)) variables[key] = String(value);
    else problems.push(`Environment variable ${key} must be a string, but is ${JSON.stringify(value) ?? 'missing'}.`);
    if (RESERVED.test(key)) problems.push(`Environment variable ${key} is reserved by Lambda and cannot be set.`);
  }
  if (typeof properties.CodeUri === 'object') problems.push('CodeUri must be a local folder, not an S3 location.');
  return {
    name,
    arn: resource.attributes.Arn ?? `arn:aws:lambda:us-east-1:000000000000:function:${name}`,
    handler: String(properties.Handler ?? ''),
    runtime,
    taskRoot: resolve(
      dirname(resource.templateFile),
      typeof properties.CodeUri === 'string' ? properties.CodeUri : '.',
    ),
    entryPoints: (resource.metadata.BuildProperties?.EntryPoints ?? []).map(String),
    memorySize: Number(properties.MemorySize ?? 128),
    timeout: Number(properties.Timeout ?? 3),
    variables,
    reservedConcurrency:
      properties.ReservedConcurrentExecutions === undefined
        ? undefined
        : Number(properties.ReservedConcurrentExecutions),
    logGroup: String(properties.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`),
    logFormat: properties.LoggingConfig?.LogFormat === 'JSON' ? 'JSON' : 'Text',
    async: asyncSettings(properties),
    problem: problems.length > 0 ? `${resource.path}: ${problems.join(' ')}` : undefined,
    resource,
  };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html#configuration-envvars-runtime */
const RESERVED =
  /^(_HANDLER|_X_AMZN_TRACE_ID|AWS_(DEFAULT_)?REGION|AWS_EXECUTION_ENV|AWS_LAMBDA_(FUNCTION_(NAME|MEMORY_SIZE|VERSION)|INITIALIZATION_TYPE|LOG_(GROUP|STREAM)_NAME|RUNTIME_API)|AWS_ACCESS_KEY(_ID)?|AWS_SECRET_ACCESS_KEY|AWS_SESSION_TOKEN|LAMBDA_(TASK_ROOT|RUNTIME_DIR))$/;
