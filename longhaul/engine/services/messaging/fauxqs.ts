import { mkdirSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { buildApp as BuildApp, BuildAppOptions } from 'fauxqs';
import { withChangedSource } from './changed-source.ts';
import { largestMessages, limitMessages, type SnsModules } from './large-messages.ts';
import {
  acceptEveryCharacter,
  answerBrokenJson,
  countBinary,
  databaseOf,
  forgetOldMessages,
  keepReceiveCounts,
} from './repairs.ts';

type Stores = NonNullable<BuildAppOptions['stores']>;
type SqsStore = Stores['sqsStore'];
type SnsStore = Stores['snsStore'];
type Persistence = NonNullable<SqsStore['persistence']>;

export interface Fauxqs {
  app: ReturnType<typeof BuildApp>;
  queues: SqsStore;
  topics: SnsStore;
  /** What it keeps its state in. */
  db: DatabaseSync;
  close(): Promise<void>;
}

interface Modules {
  buildApp: typeof BuildApp;
  SqsStore: new () => SqsStore;
  SnsStore: new () => SnsStore;
  S3Store: new () => Stores['s3Store'];
  PersistenceManager: new (dataDirectory: string) => Persistence;
}

/** Loaded, and changed where they have to be, once for all engines of a process. */
let modules: Promise<Modules> | undefined;

async function loadModules(): Promise<Modules> {
  const urlOf = (file: string) => new URL(file, import.meta.resolve('fauxqs')).href;
  const load = (file: string) => import(urlOf(file));
  const changes = { [urlOf('common/types.js')]: largestMessages, [urlOf('sqs/sqsTypes.js')]: countBinary };
  const { buildApp } = await withChangedSource(changes, () => load('app.js'));
  const { SqsStore } = await load('sqs/sqsStore.js');
  const { SnsStore } = await load('sns/snsStore.js');
  const { S3Store } = await load('s3/s3Store.js');
  const { PersistenceManager } = await load('persistence.js');
  acceptEveryCharacter(await load('sqs/sqsTypes.js'));
  const { SnsRouter } = await load('sns/snsRouter.js');
  const { SnsError } = await load('common/errors.js');
  const { snsSuccessResponse } = await load('common/xml.js');
  limitMessages({ SnsRouter, SnsError, snsSuccessResponse } as SnsModules);
  return { buildApp, SqsStore, SnsStore, S3Store, PersistenceManager };
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
  modules ??= loadModules();
  const { buildApp, SqsStore, SnsStore, S3Store, PersistenceManager } = await modules;
  const stores: Stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() };
  const create = stores.sqsStore.createQueue.bind(stores.sqsStore);
  stores.sqsStore.createQueue = (name, _url, ...rest) => create(name, queueUrl(name), ...rest);

  const persistence = new PersistenceManager(dataDirectory);
  keepReceiveCounts(persistence);
  forgetOldMessages(persistence);
  // Loading comes before the stores are told to write: they would write what they load.
  persistence.loadSqsAndSns(stores.sqsStore, stores.snsStore);
  stores.sqsStore.persistence = persistence;
  stores.snsStore.persistence = persistence;
  for (const queue of stores.sqsStore.allQueues()) queue.persistence = persistence;
  const app = buildApp({ logger: false, defaultRegion: 'us-east-1', stores });
  answerBrokenJson(app);
  await app.ready();
  return {
    app,
    queues: stores.sqsStore,
    topics: stores.snsStore,
    db: databaseOf(persistence),
    async close() {
      await app.close();
      persistence.close();
    },
  };
}
