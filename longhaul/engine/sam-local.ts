import type { FunctionDefinition } from './functions/index.ts';

/** The engine's endpoint, under the addresses that it has for this machine and for containers on it. */
export interface Addresses {
  /** `http://127.0.0.1:4566` */
  url: string;
  /** `http://host.docker.internal:4566` */
  containerUrl: string;
}

/**
 * What `sam local invoke --env-vars` gives each function so that it works with this engine, by the function's full path
 * (`Queue/SqsTrigger`). SAM CLI by itself resolves the stack's name to `local` and a queue's URL to its logical id.
 */
export function samLocalVariables(
  functions: Iterable<FunctionDefinition>,
  { url, containerUrl }: Addresses,
): Record<string, Record<string, string>> {
  const fromContainer = (value: string) =>
    value.replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, (found) => (found === url ? containerUrl : found));
  return Object.fromEntries(
    [...functions].map(({ resource, variables }) => {
      const entries = Object.entries(variables).map(([name, value]) => [name, fromContainer(value)]);
      return [resource.path, { ...Object.fromEntries(entries), AWS_ENDPOINT_URL: containerUrl }];
    }),
  );
}
