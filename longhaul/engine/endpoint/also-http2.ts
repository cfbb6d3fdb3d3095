import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createHttp2Server, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';

/** How every HTTP/2 connection without TLS begins (RFC 9113, 3.4); no request of HTTP/1.1 does. */
const PREFACE = 'PRI ';

/**
 * Lets a server take HTTP/2 besides HTTP/1.1, on the same port and without TLS: the AWS SDK for JavaScript speaks HTTP/2
 * to Kinesis and does not ask before. A connection is told apart by its first bytes.
 *
 * @param handle - gets requests of HTTP/2 in the shape of those of HTTP/1.1, with a `host` header
 * @returns what ends the connections that the server does not know of
 */
export function alsoHttp2(
  server: Server,
  handle: (request: IncomingMessage, response: ServerResponse) => void,
): () => void {
  const sessions = new Set<ServerHttp2Session>();
  /** Connected, and nothing said yet. */
  const silent = new Set<Socket>();
  const http2 = createHttp2Server((request, response) => {
    request.headers.host ??= request.authority;
    // Node's compatibility layer has what services use: headers, the body as a stream, writeHead, end.
    handle(request as unknown as IncomingMessage, response as unknown as ServerResponse);
  });
  http2.on('session', (session) => {
    sessions.add(session);
    session.once('close', () => sessions.delete(session));
  });

  const takeHttp1 = server.listeners('connection') as ((socket: Socket) => void)[];
  server.removeAllListeners('connection');
  server.on('connection', (socket: Socket) => {
    const end = () => socket.destroy();
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
    socket.once('error', end);
    socket.once('readable', () => {
      silent.delete(socket);
      socket.off('error', end);
      const first: Buffer | null = socket.read();
      if (first === null) return socket.destroy();
      socket.unshift(first);
      if (first.subarray(0, PREFACE.length).toString('latin1') === PREFACE) http2.emit('connection', socket);
      else for (const take of takeHttp1) take.call(server, socket);
    });
  });
  return () => {
    for (const connection of [...sessions, ...silent]) connection.destroy();
  };
}
