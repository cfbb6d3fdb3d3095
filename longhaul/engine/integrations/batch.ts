import { JobDetail$, type SubmitJobCommandInput, SubmitJobRequest$, SubmitJobResponse$ } from '@aws-sdk/client-batch';
import { type Json, StateError, type TaskRunner } from '../../asl/host.ts';
import type { Batch } from '../services/batch/index.ts';
import { callApi, type ErrorNames, readArguments } from './api-error.ts';
import { toPascalCase } from './pascal-case.ts';

/** Throttling is not among the exceptions that SubmitJob declares. */
const ERRORS: ErrorNames = {
  prefix: 'Batch',
  service: 'AWSBatch',
  declared: ['ClientException', 'ServerException'],
  other: 'AWSBatchException',
};

/** Step Functions finds the events of its own jobs by this variable. */
const MANAGED = { name: 'MANAGED_BY_AWS', value: 'STARTED_BY_STEP_FUNCTIONS' };

/**
 * `arn:aws:states:::batch:submitJob.sync`: submits a job and waits for its end. The result is the job as DescribeJobs
 * shows it, in PascalCase; a job that FAILED is `States.TaskFailed` with that same JSON as its cause.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html
 *
 * When the execution is stopped the job is terminated; the promise rejects with the signal's reason at once. When the
 * engine is stopped it never settles: the same request joins the job in the next engine.
 */
export function submitJobSync(batch: Batch): TaskRunner {
  return async ({ id, arguments: given, signal, submitted }) => {
    signal.throwIfAborted();
    const known = batch.store.ofRequest(id);
    const input = managed(readArguments<SubmitJobCommandInput>(SubmitJobRequest$, given));
    const { jobArn, jobId, jobName } = known ?? callApi(ERRORS, () => batch.submit(input, id));
    // Also of a job that was found: the engine may have been killed before this was on record. The interpreter keeps the first.
    submitted(toPascalCase(SubmitJobResponse$, { jobArn, jobId, jobName }) as Json);

    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () => {
      batch.terminate(jobId!, 'Terminated by AWS Step Functions: the execution was stopped');
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      const job = await Promise.race([batch.store.ended(jobId!), aborted]);
      const result = toPascalCase(JobDetail$, job) as Json;
      if (job.status === 'SUCCEEDED') return result;
      throw new StateError('States.TaskFailed', JSON.stringify(result));
    } finally {
      signal.removeEventListener('abort', abort);
    }
  };
}

function managed(input: SubmitJobCommandInput): SubmitJobCommandInput {
  if (input.ecsPropertiesOverride) return input;
  const environment = [...(input.containerOverrides?.environment ?? []), MANAGED];
  return { ...input, containerOverrides: { ...input.containerOverrides, environment } };
}
