import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { Asked, Right, RightsOf } from '../rights/right.ts';

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

/** What an action may need of the HTTP request besides its input: a blob payload, a header. */
export interface ActionRequest {
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** Request id that the answer carries as `x-amzn-requestid`. */
  requestId: string;
}

/**
 * One API action: reads its input, refuses what is wrong with a `ServiceError`, does it, answers the output's shape.
 * A `Date` in the output becomes epoch seconds, as AWS's JSON protocols have it. Most actions need the input only.
 */
// biome-ignore lint/suspicious/noExplicitAny: each action names its own input type from the AWS SDK
export type Action = (input: any, request: ActionRequest) => unknown;

/** What an action returns when its output is more than a JSON object: another status, headers, a blob. */
export class Reply {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: string | Uint8Array;
  constructor(status: number, headers: Record<string, string> = {}, body: string | Uint8Array = '') {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }
}

/** A service behind the one endpoint, found by the signing name in the request's credential scope. */
export interface Service {
  signingName: string;
  /** Claims a request whatever its signature says: a path prefix of the engine's own, an X-Amz-Target. */
  matches?(request: IncomingMessage): boolean;
  handle(request: IncomingMessage, response: ServerResponse): void | Promise<void>;
  /** The rights that a request needs on AWS. Without it none are looked at. */
  rights?: RightsOf;
  /** Those that it turned out to need, by the status of the answer. */
  rightsAfter?(asked: Asked, status: number): Right[];
}
