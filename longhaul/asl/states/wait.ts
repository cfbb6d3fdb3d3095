import { z } from 'zod';
import type { Branch } from '../branch.ts';
import type { WaitState } from '../definition/model.ts';
import { outOfRange, unexpectedType } from '../query/queries.ts';
import { type Exit, leave } from './leaving.ts';
import { longest, numberField } from './number-field.ts';

const timestamp = z.iso.datetime({ offset: true });

export async function wait(branch: Branch, state: WaitState): Promise<Exit> {
  const { phase } = branch.position;
  let until: number;
  if (phase.type === 'wait') {
    until = phase.until;
  } else {
    until = await end(branch, state);
    branch.save({ phase: { type: 'wait', until } });
  }
  if (until > branch.shared.host.clock.now()) await branch.sleep(until);
  return leave(branch, { output: branch.position.input, fields: state, next: state.Next });
}

/** Milliseconds since the epoch. A time that has passed is not waited for. */
async function end(branch: Branch, state: WaitState): Promise<number> {
  if (state.Timestamp !== undefined) {
    const value = await branch.query(state.Timestamp, 'Timestamp');
    if (typeof value !== 'string') {
      throw branch.queryFailure(unexpectedType(state.Timestamp, 'Timestamp', 'string', value));
    }
    if (!timestamp.safeParse(value).success) {
      throw branch.queryFailure(outOfRange(state.Timestamp, 'Timestamp', 'a time such as 2026-12-24T08:00:00Z', value));
    }
    return Date.parse(value);
  }
  const seconds = await numberField(branch, 'Seconds', state.Seconds, { least: 0, most: longest, whole: true });
  return branch.position.enteredTime + (seconds ?? 0) * 1000;
}
