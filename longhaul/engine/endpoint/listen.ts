import type { IncomingHttpHeaders, Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/**
 * Listens and gives the port (the free one that was found, for port 0).
 *
 * @param option - the command line option that chooses this port, for the error's text: `--port`
 * @throws Error that names the port and says what to do, when the port is taken or not allowed
 */
export function listen(server: Server, host: string, port: number, option = '--port'): Promise<number> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException) => reject(explain(error, host, port, option));
    server.once('error', fail);
    server.listen(port, host, () => {
      server.off('error', fail);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

function explain(error: NodeJS.ErrnoException, host: string, port: number, option: string): Error {
  if (error.code === 'EADDRINUSE') {
    return new Error(
      `Port ${port} on ${host} is in use by another program (a second Longhaul, LocalStack?). ` +
        `Choose another port with "${option} PORT" (0 finds a free one), or see who holds it: lsof -nP -iTCP:${port} -sTCP:LISTEN`,
      { cause: error },
    );
  }
  if (error.code === 'EACCES') {
    return new Error(`Port ${port} on ${host} needs privileges. Choose one above 1023 with "${option} PORT".`, {
      cause: error,
    });
  }
  if (error.code === 'EADDRNOTAVAIL') {
    return new Error(
      `${host} is not an address of this machine. \`ip address\` or \`ifconfig\` lists those that are.`,
      {
        cause: error,
      },
    );
  }
  return error;
}

/**
 * Whether a Host header names this machine: 127.0.0.1, [::1], localhost or a name under it, any port. A web page whose
 * DNS name was pointed at 127.0.0.1 (DNS rebinding) sends its own name here and must be refused.
 */
export function isLoopbackHost(header: string | undefined): boolean {
  return /^(127\.0\.0\.1|\[::1\]|([a-z0-9_.-]+\.)?localhost)(:\d+)?$/i.test(header ?? '');
}

/**
 * How a container calls this machine. Docker Desktop passes such a connection on to the loopback address. It is no way in for DNS
 * rebinding: `internal` is reserved, so nobody can own a name under it (ICANN, 2024).
 */
export const CONTAINER_HOST = 'host.docker.internal';

/**
 * Whether a browser sends this for a web page from elsewhere. It sends simple requests (a POST of text, the GET of an image or a
 * link) without asking first, and on loopback everybody is let in: such a page could start jobs. A GET has no Origin, but says in
 * `Sec-Fetch-Site` whose page it is for (W3C, Fetch Metadata Request Headers). Programs send neither.
 */
export function isFromElsewhere({ origin, 'sec-fetch-site': site }: IncomingHttpHeaders): boolean {
  if (site === 'cross-site') return true;
  return origin !== undefined && !isLoopbackHost(origin.replace(/^https?:\/\//, ''));
}

/** What such a request is told. */
export const FROM_ELSEWHERE =
  'A request for a web page from elsewhere is refused: only pages of this machine may call. Type the address yourself.';
