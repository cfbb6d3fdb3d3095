import { type Json, StateError, type TaskRunner } from '../../asl/host.ts';
import { readArguments } from './api-error.ts';
import { pascal, type Shape, toPascalCase } from './pascal-case.ts';

/** Given whole, so that no profile of the user's can lead a client to the real AWS. */
export interface ClientConfig {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

interface Client {
  send(command: Command): Promise<Record<string, unknown>>;
}

/** `schema` is the operation's: kind, namespace, name, traits, input shape, output shape. */
interface Command {
  schema: [number, string, string, unknown, Shape, Shape];
}

type Commands = Record<string, unknown>;

/** The services of `aws-sdk:<service>:<action>`, by the name that their errors begin with. */
const SERVICES: Record<string, { label: string; load(config: ClientConfig): Promise<[Client, Commands]> }> = {
  batch: {
    label: 'Batch',
    load: async (config) => {
      const sdk = await import('@aws-sdk/client-batch');
      return [new sdk.BatchClient(config) as unknown as Client, sdk];
    },
  },
  ecs: {
    label: 'Ecs',
    load: async (config) => {
      const sdk = await import('@aws-sdk/client-ecs');
      return [new sdk.ECSClient(config) as unknown as Client, sdk];
    },
  },
  s3: {
    label: 'S3',
    load: async (config) => {
      const sdk = await import('@aws-sdk/client-s3');
      return [new sdk.S3Client(config) as unknown as Client, sdk];
    },
  },
  sqs: {
    label: 'Sqs',
    load: async (config) => {
      const sdk = await import('@aws-sdk/client-sqs');
      return [new sdk.SQSClient(config) as unknown as Client, sdk];
    },
  },
};

/**
 * `arn:aws:states:::aws-sdk:<service>:<action>` and the optimized `sqs:sendMessage`, through the real SDK against the
 * engine's own endpoint.
 *
 * Errors are named `<Service>.<Exception>`, the exception's name ending in `Exception` (Step Functions developer guide,
 * "Learning to use AWS service SDK integrations").
 */
export function awsSdk(config: ClientConfig): TaskRunner {
  const loaded = new Map<string, Promise<[Client, Commands]>>();
  return async ({ resource, arguments: given }) => {
    const [service = '', action = ''] = resource.split(':').slice(-2);
    const sdk = SERVICES[service];
    if (!sdk) {
      throw new StateError(
        'States.Runtime',
        `The local engine has no integration for ${resource}; of aws-sdk it has: ${Object.keys(SERVICES).join(', ')}`,
      );
    }
    const loading = loaded.get(service) ?? sdk.load(config);
    loaded.set(service, loading);
    const [client, commands] = await loading;
    const Command = commands[`${pascal(action)}Command`];
    if (typeof Command !== 'function') {
      throw new StateError('States.Runtime', `The API of ${sdk.label} has no action "${action}" (${resource})`);
    }
    const [, , , , request, response] = (Reflect.construct(Command, [{}]) as Command).schema;
    const command = Reflect.construct(Command, [readArguments(request, withJsonBodies(given))]) as Command;
    try {
      return await asJson(response, await client.send(command));
    } catch (error) {
      const { name, message } = error as Error;
      // The optimized integration spells the service as it spells itself.
      const label = resource.includes(':aws-sdk:') ? sdk.label : service.toUpperCase();
      throw new StateError(`${label}.${name.endsWith('Exception') ? name : `${name}Exception`}`, message);
    }
  };
}

/** Bodies that are given as objects are sent as their JSON. */
function withJsonBodies(given: Json): Json {
  if (given === null || typeof given !== 'object' || Array.isArray(given)) return given;
  return Object.fromEntries(
    Object.entries(given).map(([key, value]) => [
      key,
      (key === 'Body' || key === 'MessageBody') && typeof value === 'object' ? JSON.stringify(value) : value,
    ]),
  );
}

/** The answer as the state sees it: a streamed body is its text, and the SDK's own metadata goes. */
async function asJson(shape: Shape, { $metadata, Body, ...answer }: Record<string, unknown>): Promise<Json> {
  const json = toPascalCase(shape, answer) as { [key: string]: Json };
  if (!Body) return json;
  return { ...json, Body: await (Body as { transformToString(): Promise<string> }).transformToString() };
}
