import { setImmediate } from 'node:timers/promises';
import type { Branch } from './branch.ts';
import type { State } from './definition/model.ts';
import { findCatcher } from './errors.ts';
import { stateExited } from './history.ts';
import { StateError } from './host.ts';
import type { BranchEnd } from './position.ts';
import { decideRetry } from './retry.ts';
import { choice } from './states/choice.ts';
import { fail } from './states/fail.ts';
import { type Exit, leave } from './states/leaving.ts';
import { map } from './states/map.ts';
import { parallel } from './states/parallel.ts';
import { pass } from './states/pass.ts';
import { succeed } from './states/succeed.ts';
import { task } from './states/task.ts';
import { wait } from './states/wait.ts';

/** States after which other work of the process gets a turn: states that wait for nothing would otherwise keep it to themselves. */
const statesAtATime = 200;

/** Takes a branch from state to state until it ends. The last step is left to whoever asked: its events are noted, not saved. */
export async function walk(branch: Branch): Promise<BranchEnd> {
  for (let states = 1; ; states += 1) {
    if (states % statesAtATime === 0) await setImmediate();
    branch.place.signal.throwIfAborted();
    const { state } = branch;
    let exit: Exit | undefined;
    try {
      if (branch.position.phase.type === 'backoff') await branch.sleep(branch.position.phase.until);
      exit = await perform(branch, state);
    } catch (error) {
      branch.place.signal.throwIfAborted();
      if (!(error instanceof StateError)) throw error;
      if (retried(branch, state, error)) continue;
      try {
        exit = await caught(branch, state, error);
      } catch (failure) {
        if (!(failure instanceof StateError)) throw failure;
        return { error: failure.error, cause: failure.reason };
      }
      if (!exit) return { error: error.error, cause: error.reason };
    }
    branch.place.signal.throwIfAborted();
    branch.emit(stateExited(state.Type, branch.position.state, exit.output, exit.assigned));
    if (exit.next === undefined) return { output: exit.output };
    branch.enter(exit.next, exit.output, exit.assigned);
  }
}

function perform(branch: Branch, state: State): Promise<Exit> {
  switch (state.Type) {
    case 'Pass':
      return pass(branch, state);
    case 'Task':
      return task(branch, state);
    case 'Choice':
      return choice(branch, state);
    case 'Wait':
      return wait(branch, state);
    case 'Succeed':
      return succeed(branch, state);
    case 'Fail':
      return fail(branch, state);
    case 'Parallel':
      return parallel(branch, state);
    case 'Map':
      return map(branch, state);
  }
}

/** Persists that the state is tried again, and when; false when it is not. */
function retried(branch: Branch, state: State, { error }: StateError): boolean {
  if (!('Retry' in state)) return false;
  const { host } = branch.shared;
  const decision = decideRetry(state.Retry, branch.position.retries, error, () => host.random());
  if (!decision) return false;
  const until = host.clock.now() + Math.round(decision.delaySeconds * 1000);
  branch.save({ retries: decision.counts, phase: { type: 'backoff', until } });
  return true;
}

/** The way out by the first catcher that matches. Its output is the error output unless it says otherwise. */
async function caught(branch: Branch, state: State, failure: StateError): Promise<Exit | undefined> {
  if (!('Catch' in state)) return undefined;
  const found = findCatcher(state.Catch, failure);
  if (!found) return undefined;
  const errorOutput = { Error: failure.error, Cause: failure.reason };
  return leave(branch, {
    output: errorOutput,
    fields: found.catcher,
    next: found.catcher.Next,
    within: `Catch[${found.index}]/`,
    states: { errorOutput },
  });
}
