import type { Branch } from '../branch.ts';
import type { PassState } from '../definition/model.ts';
import { type Exit, leave } from './leaving.ts';

export function pass(branch: Branch, state: PassState): Promise<Exit> {
  return leave(branch, { output: branch.position.input, fields: state, next: state.Next });
}
