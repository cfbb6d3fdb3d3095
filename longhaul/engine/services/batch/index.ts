import { restJsonService, type Service } from '../../endpoint/index.ts';
import { cancelJob } from './actions/cancelJob.ts';
import { describeComputeEnvironments } from './actions/describeComputeEnvironments.ts';
import { describeJobDefinitions } from './actions/describeJobDefinitions.ts';
import { describeJobQueues } from './actions/describeJobQueues.ts';
import { describeJobs } from './actions/describeJobs.ts';
import { getJobQueueSnapshot } from './actions/getJobQueueSnapshot.ts';
import { listJobs } from './actions/listJobs.ts';
import { submitJob } from './actions/submitJob.ts';
import { terminateJob } from './actions/terminateJob.ts';
import type { Batch } from './batch.ts';
import { batchRights } from './rights.ts';

export { Batch, type BatchOptions } from './batch.ts';

/** AWS Batch, as far as an application uses it: single-container jobs on the queues of the template. */
export function batchService(batch: Batch): Service {
  const service = restJsonService('batch', [
    ['POST', '/v1/submitjob', submitJob(batch)],
    ['POST', '/v1/describejobs', describeJobs(batch)],
    ['POST', '/v1/listjobs', listJobs(batch)],
    ['POST', '/v1/getjobqueuesnapshot', getJobQueueSnapshot(batch)],
    ['POST', '/v1/canceljob', cancelJob(batch)],
    ['POST', '/v1/terminatejob', terminateJob(batch)],
    ['POST', '/v1/describejobqueues', describeJobQueues(batch)],
    ['POST', '/v1/describejobdefinitions', describeJobDefinitions(batch)],
    ['POST', '/v1/describecomputeenvironments', describeComputeEnvironments(batch)],
  ]);
  return { ...service, rights: batchRights };
}
