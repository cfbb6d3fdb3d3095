import type { Branch } from '../branch.ts';
import type { SucceedState } from '../definition/model.ts';
import { type Exit, leave } from './leaving.ts';

export function succeed(branch: Branch, state: SucceedState): Promise<Exit> {
  return leave(branch, { output: branch.position.input, fields: { Output: state.Output }, next: undefined });
}
