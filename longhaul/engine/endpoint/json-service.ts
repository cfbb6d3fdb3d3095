import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { parseObject, readBody, stringify } from './body.ts';
import { asServiceError } from './failure.ts';
import { type Action, Reply, type Service, ServiceError } from './service.ts';

/**
 * A service of the awsJson1_0 or awsJson1_1 protocol: one URL, the action named by the header
 * `X-Amz-Target: <targetPrefix>.<Action>`, errors as `{ __type, message, …details }`.
 * https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
export function jsonService(
  signingName: string,
  targetPrefix: string,
  version: '1.0' | '1.1',
  actions: Record<string, Action>,
): Service {
  const contentType = `application/x-amz-json-${version}`;

  async function answer(request: IncomingMessage, requestId: string): Promise<Reply> {
    const body = await readBody(request);
    const target = String(request.headers['x-amz-target'] ?? '');
    const name = target.slice(target.indexOf('.') + 1);
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action) {
      throw new ServiceError(
        'UnknownOperationException',
        `${signingName}: the local engine does not have the action "${name}". It has: ${Object.keys(actions).join(', ')}.`,
      );
    }
    const output = await action(parseObject(body), { headers: request.headers, body, requestId });
    return output instanceof Reply ? output : new Reply(200, {}, stringify(output));
  }

  return {
    signingName,
    matches: (request) => String(request.headers['x-amz-target'] ?? '').startsWith(`${targetPrefix}.`),
    async handle(request: IncomingMessage, response: ServerResponse) {
      const requestId = randomUUID();
      const reply = await answer(request, requestId).catch((error: unknown) => {
        const { code, message, status, details } = asServiceError(error, signingName);
        return new Reply(status, { 'x-amzn-errortype': code }, stringify({ __type: code, message, ...details }));
      });
      response.writeHead(reply.status, {
        'content-type': contentType,
        'x-amzn-requestid': requestId,
        ...reply.headers,
      });
      response.end(reply.body);
    },
  };
}
