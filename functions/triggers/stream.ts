import type { SQSBatchResponse } from 'aws-lambda';
import { type Adapter, allOrError, MalformedEventError } from './trigger.ts';

/**
 * What the sources of ordered records share. They deliver a batch until it is answered, and go on behind it then: the
 * answer names the first record that failed, from which on they deliver again. When nothing was started the invocation
 * fails, so that the source halves the batch until the bad record is alone (`BisectBatchOnFunctionError`).
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function ofStream<One>(sequenceNumber: (record: One) => string | undefined) {
  return {
    records({ Records }) {
      if (Array.isArray(Records) && Records.length > 0) return Records;
      throw new MalformedEventError("'Records' must be a list with at least one record");
    },
    alone: (record) => ({ Records: [record] }),
    answer(outcomes) {
      const failed = outcomes.filter(({ status }) => status === 'failed').map(({ record }) => sequenceNumber(record));
      const [itemIdentifier] = failed;
      if (failed.length === 0) return { batchItemFailures: [] };
      // What has no number cannot be named.
      const isNamed = failed.every((number) => typeof number === 'string' && number !== '');
      if (!isNamed || failed.length === outcomes.length) allOrError(outcomes);
      return { batchItemFailures: [{ itemIdentifier: itemIdentifier as string }] };
    },
  } satisfies Partial<Adapter<{ Records: One[] }, One, SQSBatchResponse>>;
}
