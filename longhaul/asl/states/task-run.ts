import { setImmediate } from 'node:timers/promises';
import type { Branch } from '../branch.ts';
import { type Json, StateError } from '../host.ts';
import { Cancelled, onAbort, unlessAborted } from '../interruption.ts';
import { taskAnswered, taskService } from '../task-events.ts';
import type { TaskPhase } from './task.ts';

/** `States.Timeout`, which the interpreter raises itself. */
export class TaskTimeout extends StateError {}

/**
 * Asks the host for the task and waits for its answer, no longer than its timeout allows. A task that timed out is left alone: only when the
 * branch is cancelled is its signal aborted. Called again after a restart, it is the same task, with the same deadline.
 */
export async function runTask(branch: Branch, resource: string, phase: TaskPhase): Promise<Json> {
  const { shared, place } = branch;
  const { clock } = shared.host;
  const { execution, stateMachine } = shared.context;
  const cancelled = new AbortController();
  // Ends the waiting for the timeout when the task has answered.
  const answered = new AbortController();

  const submitted = (output: Json): void => {
    if (answered.signal.aborted || place.signal.aborted || phase.submitted) return;
    phase = { ...phase, submitted: true };
    branch.emit(taskAnswered('Submitted', taskService(resource), output));
    branch.save({ phase });
  };

  const work = ask(() =>
    shared.host.run({
      id: phase.id,
      resource,
      arguments: phase.arguments,
      execution: { arn: execution.id, name: execution.name, stateMachineArn: stateMachine.id },
      state: branch.position.state,
      signal: cancelled.signal,
      submitted,
    }),
  );

  async function timeout(deadline: number): Promise<never> {
    await clock.until(deadline, answered.signal);
    // After a restart the deadline may be long over, and the answer there: the answer counts.
    await setImmediate();
    throw new TaskTimeout('States.Timeout');
  }

  const ends: Promise<Json>[] = [work];
  if (phase.deadline !== undefined) ends.push(timeout(phase.deadline));
  const unlisten = onAbort(place.signal, (reason) => {
    if (reason instanceof Cancelled) cancelled.abort(reason.reason);
  });
  try {
    return await unlessAborted(place.signal, Promise.race(ends));
  } finally {
    unlisten();
    answered.abort();
    for (const end of ends) end.catch(() => {});
  }
}

/** A failure that has no name of a state error is a fault of whoever runs the task: nothing catches or retries it. */
async function ask(run: () => Promise<Json>): Promise<Json> {
  try {
    return ((await run()) as Json | undefined) ?? null;
  } catch (error) {
    if (error instanceof StateError) throw error;
    throw new StateError('States.Runtime', error instanceof Error ? error.message : String(error));
  }
}
