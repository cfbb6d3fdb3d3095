import { Branch, type Shared } from './branch.ts';
import type { ExecutionContext } from './context.ts';
import type { Definition } from './definition/model.ts';
import { executionEnded, executionStarted, executionSucceeded, History, plain } from './history.ts';
import { type Host, type Json, StateError } from './host.ts';
import { Cancelled, Halted, OutOfTime, onAbort, Suspended } from './interruption.ts';
import { bytesOf, payloadLimit } from './limits.ts';
import { type Ended, load, recordMissing } from './position.ts';
import { Queries } from './query/queries.ts';
import { walk } from './walk.ts';

export type Outcome =
  | { status: 'SUCCEEDED'; output: Json }
  | { status: 'FAILED' | 'TIMED_OUT' | 'ABORTED'; error?: string; cause?: string };

export interface ExecuteOptions {
  input: Json;
  context: ExecutionContext;
  host: Host;
  /**
   * Aborting it stops the execution: it ends as ABORTED, its tasks are cancelled. The reason may carry `error` and `cause`. With a `Suspended` as
   * reason the execution is left where it is.
   */
  signal: AbortSignal;
}

/**
 * Runs an execution to its end, from where its journal says that it is. Rejects only when the journal or the interpreter itself failed, or
 * when it was suspended: then nothing is written any more, and another call with the same journal goes on.
 */
export async function execute(definition: Definition, options: ExecuteOptions): Promise<Outcome> {
  const { input, context, host, signal } = options;
  recordMissing(host.journal);
  const saved = load(host.journal, '');
  if (saved && 'end' in saved) return (saved as unknown as Ended<Outcome>).end;

  const size = bytesOf(input);
  if (size > payloadLimit) {
    const cause = `The input of the execution has ${size} bytes; the limit is ${payloadLimit}`;
    return { status: 'FAILED', error: 'States.DataLimitExceeded', cause };
  }

  const interruption = new AbortController();
  const shared: Shared = {
    host,
    context,
    input,
    history: new History(host.journal, host.clock),
    queries: new Queries(
      definition,
      () => host.clock.now(),
      () => host.random(),
    ),
    walk,
    halt(fault) {
      shared.halted ??= new Halted('The execution cannot go on', { cause: fault });
      interruption.abort(shared.halted);
    },
  };
  const place = { path: '', machine: definition, signal: interruption.signal, outer: {} };
  try {
    const root = saved ? Branch.resume(shared, place, saved) : begin(definition, options, shared, place);
    const outcome = await conclude(root, interruption, signal);
    root.emit(endEvent(outcome));
    root.finish(outcome);
    return outcome;
  } catch (error) {
    shared.halt(error);
    throw error instanceof Halted ? error.cause : error;
  }
}

/** Walks the execution to its end, which may be that it was stopped or ran out of time. */
async function conclude(root: Branch, interruption: AbortController, signal: AbortSignal): Promise<Outcome> {
  const { shared, position } = root;
  const over = new AbortController();
  if (position.deadline !== undefined) {
    shared.host.clock.until(position.deadline, over.signal).then(
      () => interruption.abort(new OutOfTime('The execution is out of time')),
      () => {},
    );
  }
  // The branches are on their way before the signal is looked at, so that tasks of an earlier process are there to be cancelled.
  const end = walk(root);
  const unlisten = onAbort(signal, (reason) => {
    if (reason instanceof Suspended) shared.halt(reason);
    else interruption.abort(new Cancelled('The execution was stopped', reason));
  });
  try {
    const result = await end;
    if ('output' in result) return { status: 'SUCCEEDED', output: result.output };
    return { status: 'FAILED', ...errorAndCause(result) };
  } catch (reason) {
    return interrupted(root, reason);
  } finally {
    unlisten();
    over.abort();
  }
}

function begin(
  definition: Definition,
  { input, context, host }: ExecuteOptions,
  shared: Shared,
  place: Branch['place'],
): Branch {
  const { TimeoutSeconds } = definition;
  const deadline = TimeoutSeconds === undefined ? undefined : host.clock.now() + TimeoutSeconds * 1000;
  const started = executionStarted(input, context.execution.roleArn);
  return Branch.begin(shared, place, input, 0, [started], deadline);
}

/** The outcome of an execution that was stopped or ran out of time; anything else is not an outcome. */
function interrupted(root: Branch, reason: unknown): Outcome {
  root.abandonStep();
  if (reason instanceof OutOfTime) return { status: 'TIMED_OUT' };
  if (!(reason instanceof Cancelled)) throw reason;
  // A Wait has no such event here (recorded: localstack/localstack, test_sfn_api.py, test_stop_execution).
  const { Type } = root.state;
  if (Type === 'Task' || Type === 'Parallel' || Type === 'Map') root.emit(plain(`${Type}StateAborted`));
  return { status: 'ABORTED', ...errorAndCause(reason.reason) };
}

function errorAndCause(carrier: unknown): { error?: string; cause?: string } {
  if (typeof carrier !== 'object' || carrier === null || carrier instanceof DOMException) return {};
  const { error, cause, reason } = carrier as { error?: unknown; cause?: unknown; reason?: unknown };
  const text = carrier instanceof StateError ? reason : cause;
  return {
    ...(typeof error === 'string' && error !== '' && { error }),
    ...(typeof text === 'string' && text !== '' && { cause: text }),
  };
}

function endEvent(outcome: Outcome): ReturnType<typeof plain> {
  if (outcome.status === 'SUCCEEDED') return executionSucceeded(outcome.output);
  const type = { FAILED: 'Failed', TIMED_OUT: 'TimedOut', ABORTED: 'Aborted' } as const;
  return executionEnded(type[outcome.status], outcome.error, outcome.cause);
}
