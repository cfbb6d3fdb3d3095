import type { IncomingMessage, ServerResponse } from 'node:http';
import { CONTAINER_HOST, FROM_ELSEWHERE } from './listen.ts';
import { signingName } from './routing.ts';
import { type Service, ServiceError } from './service.ts';

/** 403 for a Host header that is not this machine's. */
export function refuseHost(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  const seen = JSON.stringify(request.headers.host ?? '');
  response.writeHead(403, { 'content-type': 'text/plain' });
  response.end(
    `Host ${seen} is refused: this endpoint answers to 127.0.0.1, [::1], localhost, *.localhost and ${CONTAINER_HOST} only.\n`,
  );
}

/** 403 for the browser of a web page that does not come from this machine. */
export function refusePage(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  response.writeHead(403, { 'content-type': 'text/plain' });
  response.end(`${FROM_ELSEWHERE}\n`);
}

/** Says which services are here. */
export function refuseService(request: IncomingMessage, response: ServerResponse, services: Service[]): void {
  const known = services.map((service) => service.signingName).filter((name) => !name.startsWith('_'));
  const message =
    `The local engine has no service "${signingName(request) ?? 's3'}". ` +
    `It has: ${[...new Set(known)].sort().join(', ')}.`;
  refuse(request, response, new ServiceError('ServiceNotAvailableLocally', message, 501));
}

/** Answers an error in the shape of whichever protocol the client seems to speak. */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  { code, message, status }: ServiceError,
): void {
  request.resume();
  const headers = { 'x-amzn-errortype': code };
  if (String(request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) {
    response.writeHead(status, { ...headers, 'content-type': 'text/xml' });
    response.end(
      `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${xml(message)}</Message></Error></ErrorResponse>`,
    );
    return;
  }
  if (signingName(request) === 's3') {
    response.writeHead(status, { ...headers, 'content-type': 'application/xml' });
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${xml(message)}</Message></Error>`;
    response.end(request.method === 'HEAD' ? undefined : body);
    return;
  }
  response.writeHead(status, { ...headers, 'content-type': 'application/json' });
  response.end(JSON.stringify({ __type: code, message }));
}

const xml = (text: string): string => text.replace(/[<>&]/g, (character) => `&#${character.charCodeAt(0)};`);
