import { type Json, StateError, type TaskRunner } from '../../asl/index.ts';
import { type KeyCase, recase } from './key-case.ts';

/** A client of the AWS SDK and the commands that `aws-sdk:<service>:<action>` may name. */
interface Sdk {
  /** As error names begin: `S3.NoSuchKeyException`. */
  label: string;
  /** The case of the API's own members; Step Functions always speaks PascalCase. */
  members: KeyCase;
  load(config: ClientConfig): Promise<{ client: Client; commands: Record<string, unknown> }>;
}

interface Client {
  send(command: object): Promise<object>;
}

/** Given whole, so that no profile of the user's can lead a client to the real AWS. */
export interface ClientConfig {
  endpoint: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
}

const SERVICES: Record<string, Sdk> = {
  ecs: {
    label: 'Ecs',
    members: 'camel',
    load: async (config) => {
      const sdk = await import('@aws-sdk/client-ecs');
      return { client: new sdk.ECSClient(config) as unknown as Client, commands: sdk };
    },
  },
  s3: {
    label: 'S3',
    members: 'pascal',
    load: async (config) => {
      const sdk = await import('@aws-sdk/client-s3');
      return { client: new sdk.S3Client(config) as unknown as Client, commands: sdk };
    },
  },
  sqs: {
    label: 'Sqs',
    members: 'pascal',
    load: async (config) => {
      const sdk = await import('@aws-sdk/client-sqs');
      return { client: new sdk.SQSClient(config) as unknown as Client, commands: sdk };
    },
  },
};

/**
 * `arn:aws:states:::aws-sdk:<service>:<action>` and the optimized `sqs:sendMessage`, through the real SDK against the
 * engine's own endpoint.
 *
 * Errors are named `<Service>.<Exception>`, the exception's name ending in `Exception` (Step Functions developer guide,
 * "Integrating with AWS services: AWS SDK integrations", error names).
 */
export function awsSdk(config: ClientConfig): TaskRunner {
  return async ({ resource, arguments: input }) => {
    const [service = '', action = ''] = resource.split(':').slice(-2);
    const sdk = SERVICES[service];
    if (!sdk) {
      throw new StateError(
        'States.Runtime',
        `The local engine has no integration for ${resource}; of aws-sdk it has: ${Object.keys(SERVICES).join(', ')}`,
      );
    }
    const { client, commands } = await sdk.load(config);
    const Command = commands[`${action.charAt(0).toUpperCase()}${action.slice(1)}Command`];
    if (typeof Command !== 'function') {
      throw new StateError('States.Runtime', `The API of ${sdk.label} has no action "${action}" (${resource})`);
    }
    try {
      const output = await client.send(Reflect.construct(Command, [asInput(recase(input, sdk.members))]));
      return recase(await asJson(output), 'pascal');
    } catch (error) {
      const { name, message } = error as Error;
      const label = service === 'sqs' && !resource.includes(':aws-sdk:') ? 'SQS' : sdk.label;
      throw new StateError(`${label}.${name.endsWith('Exception') ? name : `${name}Exception`}`, message);
    }
  };
}

/** Blobs and message bodies that are given as objects are sent as their JSON. */
function asInput(input: Json): Json {
  if (input === null || typeof input !== 'object' || Array.isArray(input)) return input;
  return Object.fromEntries(
    Object.entries(input).map(([key, value]) => [
      key,
      (key === 'Body' || key === 'MessageBody') && typeof value === 'object' ? JSON.stringify(value) : value,
    ]),
  );
}

/** Dates become ISO texts, a streamed body its text, and the SDK's own metadata goes. */
async function asJson(output: object): Promise<Json> {
  const { $metadata, Body, ...rest } = output as {
    $metadata?: unknown;
    Body?: { transformToString(): Promise<string> };
  };
  const json = JSON.parse(JSON.stringify(rest)) as { [key: string]: Json };
  return Body ? { ...json, Body: await Body.transformToString() } : json;
}
