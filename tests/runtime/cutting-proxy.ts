import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

/** Stands between a client and a server, and cuts connections after so many bytes of answers. */
export class CuttingProxy {
  /** For each connection to come, in order: the bytes after which it is cut. Without an entry it is left alone. */
  readonly cuts: number[] = [];
  connections = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(target: number) {
    this.#server = createServer((client) => {
      this.connections++;
      let left = this.cuts.shift() ?? Number.POSITIVE_INFINITY;
      const server = connect(target, '127.0.0.1');
      for (const socket of [client, server]) {
        this.#sockets.add(socket);
        // A connection that was cut on purpose is no failure of the test.
        socket.on('error', () => {});
        socket.on('close', () => this.#sockets.delete(socket));
      }
      client.pipe(server);
      server.on('data', (bytes) => {
        if (left <= 0) return;
        client.write(bytes.subarray(0, left));
        left -= bytes.length;
        if (left <= 0) for (const socket of [client, server]) socket.destroySoon();
      });
      server.on('end', () => client.end());
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
