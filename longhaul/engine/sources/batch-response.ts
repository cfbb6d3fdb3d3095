/**
 * The messages of a batch that a function says have failed. Whatever it says that is not as documented counts as the failure
 * of all: an answer that is no JSON, an identifier that is missing, empty, or not one of the batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 *
 * @param answer - the function's payload; nothing, `null`, `{}` and an empty list say that all succeeded
 * @param ids - of the batch
 */
export function failedItems(answer: Buffer, ids: readonly string[]): Set<string> {
  const all = new Set(ids);
  const text = answer.toString('utf8');
  if (text === '') return new Set();
  let failures: unknown;
  try {
    failures = (JSON.parse(text) as { batchItemFailures?: unknown } | null)?.batchItemFailures ?? [];
  } catch {
    return all;
  }
  if (!Array.isArray(failures)) return all;
  const failed = failures.map((failure: { itemIdentifier?: unknown } | null) => failure?.itemIdentifier);
  return failed.every((id) => typeof id === 'string' && all.has(id)) ? new Set(failed as string[]) : all;
}
