/** What serves the same SQS, SNS and DynamoDB without anything of Longhaul: fauxqs and dynalite, as their own servers. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { startFauxqs } from 'fauxqs';

const directory = process.argv[2]!;
const dynalite = createRequire(import.meta.url)('dynalite') as (options: object) => import('node:http').Server;
await startFauxqs({ port: 0, host: '127.0.0.1', logger: false, dataDir: path.join(directory, 'messages') });
dynalite({ path: path.join(directory, 'tables') }).listen(0, '127.0.0.1', () => console.log('ready'));
