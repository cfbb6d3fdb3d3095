import type { IncomingMessage, ServerResponse } from 'node:http';
import { DatabaseSync } from 'node:sqlite';
import { type Endpoint, type Service, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { ObjectStore, s3Service } from '../../longhaul/engine/services/s3/index.ts';

/**
 * `lose`: S3 does it, and its answer is lost. `conflict`, `refuse`: S3 answers 409, 403 and does nothing. `hang`: it does nothing,
 * and never answers.
 */
export type Fault = 'lose' | 'conflict' | 'refuse' | 'hang' | undefined;

/**
 * S3 behind a network that breaks where `faultOf` the PUT of a key says so, and in the middle of a body where `isCut` says so
 * of the GET of a key.
 */
export const faulty = (
  s3: Service,
  faultOf: (key: string) => Fault,
  isCut: (key: string) => boolean = () => false,
): Service => ({
  ...s3,
  handle(request, response) {
    const key = decodeURIComponent(new URL(request.url!, 'http://s3').pathname).replace('/bucket/', '');
    const fault = request.method === 'PUT' ? faultOf(key) : undefined;
    if (fault === 'conflict') return answer(request, response, 409, 'ConditionalRequestConflict');
    if (fault === 'refuse') return answer(request, response, 403, 'AccessDenied');
    if (fault === 'hang') return void request.resume();
    if (fault === 'lose') {
      response.end = () => {
        request.socket.destroy();
        return response;
      };
    }
    if (request.method === 'GET' && isCut(key)) cut(request, response);
    return s3.handle(request, response);
  },
});

/** Half of the first chunk arrives. */
function cut(request: IncomingMessage, response: ServerResponse): void {
  const write = response.write.bind(response);
  const half = (chunk: Buffer) => write(chunk.subarray(0, chunk.length / 2), () => request.socket.destroy());
  response.write = half;
  response.end = (chunk?: unknown) => {
    if (Buffer.isBuffer(chunk)) half(chunk);
    return response;
  };
}

export class FaultyS3 {
  store!: ObjectStore;
  endpoint!: Endpoint;
  /** What becomes of a PUT of a key; counts of requests start at 0. */
  fault: (key: string, count: number) => Fault = () => undefined;
  isCut: (key: string) => boolean = () => false;
  puts = 0;
  readonly #db = new DatabaseSync(':memory:');

  async start(directory: string): Promise<void> {
    this.store = new ObjectStore({ db: this.#db, directory });
    this.store.createBucket('bucket');
    const service = faulty(
      s3Service(this.store),
      (key) => this.fault(key, this.puts++),
      (key) => this.isCut(key),
    );
    this.endpoint = await startEndpoint({ port: 0, services: [service] });
  }

  async stop(): Promise<void> {
    await this.endpoint.close();
    this.#db.close();
  }
}

function answer(request: IncomingMessage, response: ServerResponse, status: number, code: string): void {
  request.resume().on('end', () => {
    response.writeHead(status, { 'content-type': 'application/xml' });
    response.end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code><Message>${code}</Message></Error>`);
  });
}
