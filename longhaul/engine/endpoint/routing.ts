import type { IncomingMessage } from 'node:http';
import { splitUrl } from './path.ts';
import type { Service } from './service.ts';

/**
 * The service that a request is for: the one that claims it; else the one it is signed for; else, when it is not signed
 * at all, S3 (a browser, curl, or a presigned URL of signature version 2). Undefined when it is signed for a service
 * that is not here.
 */
export function serviceOf(request: IncomingMessage, services: Service[]): Service | undefined {
  const claimed = services.find((service) => service.matches?.(request));
  if (claimed) return claimed;
  const name = signingName(request) ?? 's3';
  return services.find((service) => service.signingName === name);
}

/** The access key id that a request is signed with. */
export const accessKeyId = (request: IncomingMessage): string | undefined => credential(request)?.split('/')[0];

/**
 * The service part of the SigV4 credential scope, `<key id>/<date>/<region>/<service>/aws4_request`, from the header or
 * from the query string of a presigned URL. The signature itself is not checked: any credentials are accepted.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signingName(request: IncomingMessage): string | undefined {
  const parts = credential(request)?.split('/') ?? [];
  return parts.at(-1) === 'aws4_request' ? parts.at(-2) : undefined;
}

function credential(request: IncomingMessage): string | undefined {
  const header = /Credential=([^,\s]+)/.exec(request.headers.authorization ?? '')?.[1];
  return header ?? splitUrl(request).query.get('X-Amz-Credential') ?? undefined;
}
