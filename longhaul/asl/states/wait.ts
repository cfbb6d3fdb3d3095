import { z } from 'zod';
import type { Branch } from '../branch.ts';
import type { WaitState } from '../definition/model.ts';
import { QueryError, unexpectedType } from '../query/queries.ts';
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
      // The text, and the event that it follows, are recorded: localstack/localstack, test_wait_timestamp_jsonata.
      const message = `The Timestamp field cannot be parsed as an ISO-8601 extended offset date-time format string: ${value}`;
      throw branch.queryFailure(new QueryError('Timestamp', message), branch.position.enteredEvent);
    }
    return Date.parse(value);
  }
  const seconds = await numberField(branch, 'Seconds', state.Seconds, { least: 0, most: longest, whole: true });
  return branch.position.enteredTime + (seconds ?? 0) * 1000;
}
