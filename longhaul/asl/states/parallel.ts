import type { Branch } from '../branch.ts';
import type { ParallelState } from '../definition/model.ts';
import { plain } from '../history.ts';
import { type Json, StateError } from '../host.ts';
import { holdToLimit } from '../limits.ts';
import { groupFailed, groupSucceeded, runGroup } from './group.ts';
import { type Exit, leave } from './leaving.ts';

/** Every branch gets a copy of the same input; the result is the array of their outputs. A failed branch fails the state with its own error. */
export async function parallel(branch: Branch, state: ParallelState): Promise<Exit> {
  const { phase } = branch.position;
  const input = phase.type === 'parallel' ? phase.input : await start(branch, state);
  let result: Json;
  try {
    result = await runGroup(branch, {
      count: state.Branches.length,
      concurrency: state.Branches.length,
      member: (index) => ({ machine: state.Branches[index] as ParallelState['Branches'][number], input, begin: [] }),
      ended: () => [],
      failure: (_, { error, cause }) => new StateError(error, cause),
    });
    holdToLimit(result, branch.position.state);
  } catch (error) {
    groupFailed(branch, state, error);
    throw error;
  }
  branch.emit(groupSucceeded('Parallel'));
  return leave(branch, { output: result, fields: state, next: state.Next, states: { result } });
}

async function start(branch: Branch, state: ParallelState): Promise<Json> {
  const { position } = branch;
  const input = state.Arguments === undefined ? position.input : await branch.query(state.Arguments, 'Arguments');
  holdToLimit(input, position.state);
  branch.emit(plain('ParallelStateStarted'));
  branch.save({
    phase: { type: 'parallel', input, branches: state.Branches.length },
    launches: position.launches + 1,
  });
  return input;
}
