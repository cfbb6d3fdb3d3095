import { mkdirSync } from 'node:fs';
import { type BuildAppOptions, buildApp } from 'fauxqs';
import { acceptEveryCharacter, keepReceiveCounts } from './repairs.ts';

type Stores = NonNullable<BuildAppOptions['stores']>;
type SqsStore = Stores['sqsStore'];
type SnsStore = Stores['snsStore'];
type Persistence = NonNullable<SqsStore['persistence']>;

export interface Fauxqs {
  app: ReturnType<typeof buildApp>;
  queues: SqsStore;
  topics: SnsStore;
  close(): Promise<void>;
}

/**
 * fauxqs without a server of its own, its state in `dataDirectory`. Its public `startFauxqs` always listens on a port of
 * its own, on all interfaces; `buildApp`, which does not, keeps nothing unless it is given stores. Their classes are not
 * exported, so they are loaded from where its entry file is (the version is pinned in package.json).
 *
 * @param queueUrl - gives the URL of a queue, new or kept from a time when the endpoint had another port
 */
export async function openFauxqs(dataDirectory: string, queueUrl: (name: string) => string): Promise<Fauxqs> {
  mkdirSync(dataDirectory, { recursive: true });
  const load = (file: string) => import(new URL(file, import.meta.resolve('fauxqs')).href);
  const { SqsStore } = (await load('sqs/sqsStore.js')) as { SqsStore: new () => SqsStore };
  const { SnsStore } = (await load('sns/snsStore.js')) as { SnsStore: new () => SnsStore };
  const { S3Store } = (await load('s3/s3Store.js')) as { S3Store: new () => Stores['s3Store'] };
  const { PersistenceManager } = (await load('persistence.js')) as {
    PersistenceManager: new (dataDirectory: string) => Persistence;
  };
  acceptEveryCharacter(await load('sqs/sqsTypes.js'));
  const stores: Stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const create = stores.sqsStore.createQueue.bind(stores.sqsStore);
  stores.sqsStore.createQueue = (name, _url, ...rest) => create(name, queueUrl(name), ...rest);

  const persistence = new PersistenceManager(dataDirectory);
  keepReceiveCounts(persistence);
  // Loading comes before the stores are told to write: they would write what they load.
  persistence.loadSqsAndSns(stores.sqsStore, stores.snsStore);
  stores.sqsStore.persistence = persistence;
  stores.snsStore.persistence = persistence;
  for (const queue of stores.sqsStore.allQueues()) queue.persistence = persistence;
  const app = buildApp({ logger: false, defaultRegion: 'us-east-1', stores });
  await app.ready();
  return {
    app,
    queues: stores.sqsStore,
    topics: stores.snsStore,
    async close() {
      await app.close();
      persistence.close();
    },
  };
}
