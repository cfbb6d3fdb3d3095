import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { S3Client, type S3ClientConfig } from '@aws-sdk/client-s3';
import { type Endpoint, type Service, startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { ObjectStore, type S3ObjectEvent, s3Service } from '../../longhaul/engine/services/s3/index.ts';

/** A running S3 with one bucket, `bucket`, in a directory of its own. */
export class LocalS3 {
  directory = '';
  store!: ObjectStore;
  endpoint!: Endpoint;
  client!: S3Client;
  events: S3ObjectEvent[] = [];
  #db!: DatabaseSync;

  async start(): Promise<void> {
    this.directory = await mkdtemp(join(tmpdir(), 'longhaul-s3-'));
    await this.#open();
    this.store.createBucket('bucket');
  }

  /** Closes everything and opens it again on the same directory. */
  async restart(): Promise<void> {
    await this.#close();
    await this.#open();
  }

  async stop(): Promise<void> {
    await this.#close();
    await rm(this.directory, { recursive: true });
  }

  get config() {
    return {
      endpoint: this.endpoint.url,
      region: 'us-east-1',
      credentials: { accessKeyId: 'any', secretAccessKey: 'thing' },
      maxAttempts: 1,
    } satisfies S3ClientConfig;
  }

  get bodies(): string {
    return join(this.directory, 'objects');
  }

  /** What is reached as S3. */
  protected service(s3: Service): Service {
    return s3;
  }

  async #open(): Promise<void> {
    this.#db = new DatabaseSync(join(this.directory, 'state.db'));
    this.store = new ObjectStore({ db: this.#db, directory: this.bodies });
    this.store.onEvent((event) => this.events.push(event));
    this.endpoint = await startEndpoint({ port: 0, services: [this.service(s3Service(this.store))] });
    this.client = new S3Client(this.config);
  }

  async #close(): Promise<void> {
    this.client.destroy();
    await this.endpoint.close();
    this.#db.close();
  }
}
