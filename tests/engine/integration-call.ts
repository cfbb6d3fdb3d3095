import type { Json, TaskRunner } from '../../longhaul/asl/host.ts';

/** Calls an integration as the state machine does. */
export function call(run: TaskRunner, resource: string, given: Json, id: string) {
  const abort = new AbortController();
  const submitted: Json[] = [];
  const ended = run({
    id,
    resource: `arn:aws:states:::${resource}`,
    arguments: given,
    execution: { arn: 'arn', name: 'execution-1', stateMachineArn: 'arn' },
    state: 'Run',
    signal: abort.signal,
    submitted: (output) => void submitted.push(output),
  });
  ended.catch(() => {});
  return { ended, submitted, abort: (reason: Error) => abort.abort(reason) };
}

/** What a state's `Catch` gets of a rejection. */
export async function failure(ended: Promise<Json>): Promise<{ error: string; reason: string }> {
  return ended.then(
    (result) => Promise.reject(new Error(`expected a failure, got ${JSON.stringify(result)}`)),
    (error: { error: string; reason: string }) => error,
  );
}
