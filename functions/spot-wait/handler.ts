import { logger } from '../logger.ts';
import { lambda } from '../middleware/index.ts';
import { readRecord, writeRecord } from '../record.ts';
import { cancel, frontOf, vcpusInUse } from './queue.ts';
import { NO_SPOT_CAPACITY } from './reason.ts';
import { type RoomSince, sweep } from './waiting.ts';

/** Rewritten whenever it changes; without it all jobs begin to wait anew. */
const KEY = 'spot-wait/room-since.json';

/**
 * Cancels Batch jobs that find no Spot capacity, so that the state machine runs them on demand. Batch on Fargate does not say whether a job
 * waits for its turn or for capacity (docs/decisions/0007-spot-wait.md); the vCPUs in use say it.
 */
export const handler = lambda(async (): Promise<{ cancelled: string[] }> => {
  const { SPOT_QUEUE_ARN: queue = '', SPOT_MAX_VCPUS, SPOT_WAIT_SECONDS, ARTIFACTS_BUCKET: bucket = '' } = process.env;
  const front = await frontOf(queue);
  if (front.length === 0) return { cancelled: [] }; // the usual case, for one request
  const last = (await readRecord<RoomSince>(bucket, KEY)) ?? {};
  const { tooLong, next } = sweep({
    front,
    freeVcpus: Number(SPOT_MAX_VCPUS) - (await vcpusInUse(queue)),
    last,
    now: new Date(),
    waitSeconds: Number(SPOT_WAIT_SECONDS),
  });
  for (const jobId of tooLong) {
    logger.info('A job found no Spot capacity; it is cancelled, to run on demand', { jobId });
    await cancel(jobId, `${NO_SPOT_CAPACITY} ${SPOT_WAIT_SECONDS} seconds`);
  }
  if (JSON.stringify(next) !== JSON.stringify(last)) await writeRecord(bucket, KEY, next);
  return { cancelled: tooLong };
});
