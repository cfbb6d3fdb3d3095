/**
 * An engine in a process of its own, for tests that kill it: `node fleet-engine.ts FOLDER JOBS_JSON` prints its URL.
 */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startEndpoint } from '../../longhaul/engine/endpoint/index.ts';
import { Fleet } from '../../longhaul/engine/fleet/index.ts';
import { Batch, batchService } from '../../longhaul/engine/services/batch/index.ts';
import { Ecs, ecsService } from '../../longhaul/engine/services/ecs/index.ts';
import { type Jobs, templateResources } from './fleet-resources.ts';

const [folder = '', jobs = ''] = process.argv.slice(2);
const db = new DatabaseSync(join(folder, 'engine.db'));
const fleet = new Fleet({ db, logs: { append() {} }, environment: {} });
const resources = templateResources(folder, JSON.parse(jobs) as Jobs);
const services = [batchService(new Batch({ db, fleet, resources })), ecsService(new Ecs({ db, fleet, resources }))];
const { url } = await startEndpoint({ port: 0, services });
console.log(url);
