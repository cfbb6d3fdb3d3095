import type { IncomingMessage, ServerResponse } from 'node:http';
import { accessKeyId, type Service, ServiceError, splitUrl } from '../endpoint/index.ts';
import { peekBody } from './peek-body.ts';
import { allows } from './policy.ts';
import type { Principal } from './principals.ts';
import type { Asked, Right } from './right.ts';

export interface GuardOptions {
  /** By access key id. Requests with any other key are not checked. */
  principals: Map<string, Principal>;
  /** Refuses what a role does not allow, as AWS does. */
  strict: boolean;
  /** Told of each missing right, once. */
  onNotice(notice: string): void;
}

/** Holds each request of a function or job against its role in the template. */
export function guard({ principals, strict, onNotice }: GuardOptions) {
  const told = new Set<string>();

  function check(principal: Principal, rights: Right[]): Right | undefined {
    const { statements, boundary } = principal;
    const missing = rights.filter((right) => !allows(statements, right) || (boundary && !allows(boundary, right)));
    for (const { action, resource } of missing) {
      const notice = `Missing right: the role of ${principal.path} does not allow ${action} on ${resource}`;
      if (told.has(notice)) continue;
      told.add(notice);
      onNotice(`${notice}. AWS refuses this. Allow it in the template.`);
    }
    return missing[0];
  }

  /** @throws ServiceError in strict mode, when a right is missing */
  return async (request: IncomingMessage, response: ServerResponse, service: Service): Promise<void> => {
    const principal = principals.get(accessKeyId(request) ?? '');
    if (!principal || !service.rights) return;
    const asked = await read(request, service.signingName !== 's3');
    const missing = check(principal, service.rights(asked));
    if (missing && strict) {
      const { action, resource } = missing;
      const code = service.signingName === 's3' ? 'AccessDenied' : 'AccessDeniedException';
      throw new ServiceError(
        code,
        `The role of ${principal.path} is not authorized to perform: ${action} on resource: ${resource}`,
        request.headers['x-amz-target'] ? 400 : 403,
      );
    }
    const { rightsAfter } = service;
    if (rightsAfter) response.once('finish', () => void check(principal, rightsAfter(asked, response.statusCode)));
  };
}

async function read(request: IncomingMessage, hasInput: boolean): Promise<Asked> {
  const { method = 'GET', headers } = request;
  const { path, query } = splitUrl(request);
  const body = hasInput ? await peekBody(request) : '';
  const target = String(headers['x-amz-target'] ?? '');
  const input = inputOf(body);
  return {
    method,
    path,
    query,
    headers,
    action: target.slice(target.indexOf('.') + 1) || String(input.Action ?? ''),
    input,
  };
}

/** JSON, or a form: `Action=Publish&TopicArn=…`. What cannot be read the service itself refuses. */
function inputOf(body: string): Record<string, unknown> {
  if (!body.startsWith('{')) return Object.fromEntries(new URLSearchParams(body));
  try {
    return JSON.parse(body);
  } catch {
    return {};
  }
}
