import type { IncomingMessage, ServerResponse } from 'node:http';

/** An error in the service's own terms: the SDK shows `code` as the error's name. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';
  readonly code: string;
  readonly status: number;
  /** Further members of the error's shape, as the service documents them. */
  readonly details: Record<string, unknown>;
  constructor(code: string, message: string, status = 400, details: Record<string, unknown> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.details = details;
  }
}

/** One API action: reads its input, refuses what is wrong with a `ServiceError`, does it, answers the output's shape. */
// biome-ignore lint/suspicious/noExplicitAny: each action names its own input type from the AWS SDK
export type Action = (input: any) => unknown;

/** A service behind the one endpoint, found by the signing name in the request's credential scope. */
export interface Service {
  signingName: string;
  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
}
