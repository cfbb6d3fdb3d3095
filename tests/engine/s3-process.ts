/** S3 in a process of its own: sends its URL when it listens, and its greatest memory use when it is asked. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { ObjectStore, s3Service } from '../../longhaul/engine/services/s3/index.ts';

const [, , directory = '.'] = process.argv;
const store = new ObjectStore({
  db: new DatabaseSync(join(directory, 'state.db')),
  directory: join(directory, 'objects'),
});
store.createBucket('bucket');
const { url } = await startEndpoint({ port: 0, services: [s3Service(store)] });
// Kibibytes on every platform; see uv_getrusage.
const usage = () => ({ url, maxRssMegabytes: process.resourceUsage().maxRSS / 1024 });
process.on('message', () => process.send?.(usage()));
process.on('disconnect', () => process.exit());
process.send?.(usage());
