import type { IncomingHttpHeaders } from 'node:http';

/** What IAM is asked about: may this be done with that? */
export interface Right {
  /** `s3:PutObject` */
  action: string;
  /** ARN, or `*` for an action that has no narrower resource. */
  resource: string;
  /** Condition keys whose values the request shows: `ecs:cluster`. */
  context?: Record<string, string>;
}

/** A request to a service, as far as the rights that it needs depend on it. */
export interface Asked {
  method: string;
  /** As it was sent: percent-encoded. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** `PutItem`: of a service whose requests name their action. */
  action: string;
  /** The members of the input, of services that take JSON or a form. */
  // biome-ignore lint/suspicious/noExplicitAny: inputs of all kinds of actions
  input: any;
}

/** The rights that a request needs. */
export type RightsOf = (asked: Asked) => Right[];

/** The engine's region and account are the same for every stack. */
export const arn = (service: string, rest: string): string => `arn:aws:${service}:us-east-1:000000000000:${rest}`;
