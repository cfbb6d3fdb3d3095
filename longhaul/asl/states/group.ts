import { Branch, type Place } from '../branch.ts';
import type { Iteration } from '../context.ts';
import type { Machine, MapState, ParallelState } from '../definition/model.ts';
import { type Draft, plain } from '../history.ts';
import { type Json, StateError } from '../host.ts';
import { Cancelled, onAbort, unlessAborted } from '../interruption.ts';
import { type BranchEnd, childPath, type Ended, groupPath } from '../position.ts';
import { decideRetry } from '../retry.ts';

/** The branches of a Parallel state, or the iterations of a Map, that run side by side. */
export interface Group {
  count: number;
  concurrency: number;
  /** The n-th branch: its states, what its first state gets, and the events that begin it. */
  member(index: number): { machine: Machine; input: Json; begin: Draft[]; iteration?: Iteration };
  /** The events that end the n-th branch, besides those of its states. */
  ended(index: number, end: 'Succeeded' | 'Failed' | 'Aborted'): Draft[];
  /** The error of the whole group after so many failures, or undefined while they are tolerated. */
  failure(failures: number, last: { error: string; cause: string }): StateError | undefined;
}

/** State types whose `…StateAborted` the history knows. */
const abortable = new Set(['Task', 'Wait', 'Parallel', 'Map']);

/**
 * Runs the group that the branch has launched, or what is left of it after a restart, and gives the outputs in order, without those of
 * tolerated failures. The first failure that is not tolerated cancels the others.
 */
export async function runGroup(branch: Branch, group: Group): Promise<Json[]> {
  const { shared, place, position } = branch;
  const path = groupPath(place.path, position.launches);
  const startedEvent = position.lastEvent;
  const outer = branch.variables;
  const siblings = new AbortController();
  const unlisten = onAbort(place.signal, (reason) => siblings.abort(reason));

  const ends: (Ended | undefined)[] = new Array(group.count);
  const alive = new Map<number, Branch>();
  let next = 0;
  let failures = 0;
  let newest = startedEvent;

  const finished = new Promise<void>((resolve, reject) => {
    const fail = (failure: StateError, failed: Ended): void => {
      siblings.abort(new Cancelled('A sibling branch failed', failure));
      const at = lastOfStates(failed);
      branch.follow(at);
      const ended: Draft[] = taskFailed(failed, at) ? [plain('TaskStateAborted')] : [];
      for (const [index, sibling] of alive) {
        ended.push(...group.ended(index, 'Aborted'));
        const { Type } = sibling.state;
        if (abortable.has(Type)) ended.push(plain(`${Type}StateAborted`));
      }
      branch.emit(...ended.map((draft): Draft => ({ ...draft, aside: true })));
      reject(failure);
    };

    const settle = (index: number, ended: Ended): void => {
      ends[index] = ended;
      alive.delete(index);
      newest = Math.max(newest, ended.lastEvent);
      if ('error' in ended.end) {
        failures += 1;
        const failure = group.failure(failures, ended.end);
        if (failure) {
          fail(failure, ended);
          return;
        }
      }
      fill(lastOfStates(ended));
    };

    const drive = (index: number, member: Branch): void => {
      alive.set(index, member);
      shared
        .walk(member)
        .then((end: BranchEnd) => {
          if (siblings.signal.aborted) return;
          member.emit(...group.ended(index, 'error' in end ? 'Failed' : 'Succeeded'));
          settle(index, member.finish(end));
        })
        .catch(reject);
    };

    const where = (index: number, machine: Machine, iteration?: Iteration): Place => {
      const at = iteration ?? place.iteration;
      return {
        path: childPath(path, index),
        machine,
        signal: siblings.signal,
        outer,
        ...(at && { iteration: at }),
      };
    };

    /** The first event of a branch follows `previous`: in a Map the iteration whose place it takes. */
    const fill = (previous: number): void => {
      try {
        while (!siblings.signal.aborted && alive.size < group.concurrency && next < group.count) {
          const index = next;
          next += 1;
          if (ends[index] || alive.has(index)) continue;
          const { machine, input, begin, iteration } = group.member(index);
          drive(index, Branch.begin(shared, where(index, machine, iteration), input, previous, begin));
        }
        if (alive.size === 0 && next >= group.count) resolve();
      } catch (fault) {
        reject(fault);
      }
    };

    // After a restart: every branch that ran runs again before any is looked at that has ended, so that a failure cancels them all.
    const over: [number, Ended][] = [];
    for (let index = 0; index < group.count; index += 1) {
      const saved = Branch.saved(shared, childPath(path, index));
      if (!saved) continue;
      const { machine, iteration } = group.member(index);
      if ('end' in saved) over.push([index, saved]);
      else drive(index, Branch.resume(shared, where(index, machine, iteration), saved));
    }
    for (const [index, ended] of over) {
      ends[index] = ended;
      newest = Math.max(newest, ended.lastEvent);
    }
    for (const [, ended] of over) {
      if (!('error' in ended.end)) continue;
      failures += 1;
      const failure = group.failure(failures, ended.end);
      if (failure) {
        fail(failure, ended);
        return;
      }
    }
    fill(Math.max(startedEvent, ...over.map(([, ended]) => lastOfStates(ended))));
  });

  try {
    await unlessAborted(place.signal, finished);
  } finally {
    unlisten();
    branch.discard(path);
  }
  branch.follow(newest);
  return ends.flatMap((ended) => (ended && 'output' in ended.end ? [ended.end.output] : []));
}

/**
 * Notes that the group failed, unless the state is tried again: only the last attempt has the event. Whatever made it fail,
 * `Items` too (recorded: localstack/localstack, test_parallel_state_retry, test_map_state_retry,
 * test_map_state_items_eval_jsonata_fail).
 */
export function groupFailed(branch: Branch, state: MapState | ParallelState, error: unknown): void {
  branch.place.signal.throwIfAborted();
  if (!(error instanceof StateError)) return;
  const again = decideRetry(state.Retry, branch.position.retries, error.error, () => 0);
  if (!again) branch.emit(plain(`${state.Type}StateFailed`));
}

/** The state's end does not follow this event, but the one before (recorded: localstack/localstack, test_base_map). */
export function groupSucceeded(type: 'Map' | 'Parallel'): Draft {
  return { ...plain(`${type}StateSucceeded`), aside: true };
}

/** The last event of a branch's own states, without the one that ends an iteration: nothing but a Map's success follows that. */
function lastOfStates({ events, lastEvent }: Ended): number {
  const last = events.at(-1);
  return last?.type.startsWith('MapIteration') ? last.previousEventId : lastEvent;
}

/** A task that fails its branch counts as aborted (recorded: localstack/localstack, test_service_lambda_map_timeout). */
function taskFailed({ events }: Ended, last: number): boolean {
  const type = events.find(({ id }) => id === last)?.type;
  return type === 'TaskFailed' || type === 'TaskTimedOut';
}
