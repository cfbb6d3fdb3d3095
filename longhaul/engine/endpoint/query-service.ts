import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { readBody } from './body.ts';
import { asServiceError } from './failure.ts';
import { type Action, type Service, ServiceError } from './service.ts';
import { type Xml, xmlDocument } from './xml.ts';

/**
 * A service of the awsQuery protocol: one URL, the action and its members in a form, answers in XML.
 * https://smithy.io/2.0/aws/protocols/aws-query-protocol.html
 */
export function queryService(signingName: string, namespace: string, actions: Record<string, Action>): Service {
  async function answer(request: IncomingMessage, requestId: string): Promise<string> {
    const body = await readBody(request);
    const form = new URLSearchParams(body.toString('utf8'));
    const name = form.get('Action') ?? '';
    const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (!action) {
      throw new ServiceError(
        'InvalidAction',
        `${signingName}: the local engine does not have the action "${name}". It has: ${Object.keys(actions).join(', ')}.`,
      );
    }
    const output = await action(inputOf(form), { headers: request.headers, body, requestId });
    const result = { [`${name}Result`]: wire(output as Shape), ResponseMetadata: { RequestId: requestId } };
    return xmlDocument(`${name}Response`, result, namespace);
  }

  return {
    signingName,
    async handle(request: IncomingMessage, response: ServerResponse) {
      const requestId = randomUUID();
      let status = 200;
      const document = await answer(request, requestId).catch((error: unknown) => {
        const { code: Code, message: Message, status: failed } = asServiceError(error, signingName);
        status = failed;
        const Type = failed < 500 ? 'Sender' : 'Receiver';
        return xmlDocument('ErrorResponse', { Error: { Type, Code, Message }, RequestId: requestId }, namespace);
      });
      response.writeHead(status, { 'content-type': 'text/xml', 'x-amzn-requestid': requestId });
      response.end(document);
    },
  };
}

/** The members of a request; a list is sent as `Name.member.1`, `Name.member.2`, … */
function inputOf(form: URLSearchParams): Record<string, string | string[]> {
  const input = new Map<string, string | string[]>();
  for (const [key, value] of form) {
    const list = /^(.+)\.member\.\d+$/.exec(key)?.[1];
    if (list === undefined) input.set(key, value);
    else input.set(list, [input.get(list) ?? [], value].flat());
  }
  return Object.fromEntries(input);
}

/** What an action answers, in the SDK's shape. */
type Shape = string | number | boolean | Date | undefined | Shape[] | { [name: string]: Shape };

/** A list is written as `<member>` elements. */
function wire(value: Shape): Xml {
  if (Array.isArray(value)) return { member: value.map(wire) };
  if (typeof value !== 'object' || value instanceof Date) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, wire(one)]));
}
