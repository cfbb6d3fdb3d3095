import type { Branch } from '../branch.ts';
import type { TaskState } from '../definition/model.ts';
import { type Json, StateError } from '../host.ts';
import { holdToLimit, ResultTooLarge } from '../limits.ts';
import type { Phase } from '../position.ts';
import { groupPath } from '../position.ts';
import { regionOf, taskAnswered, taskEnded, taskScheduled, taskService, taskStarted } from '../task-events.ts';
import { type Exit, leave } from './leaving.ts';
import { longest, numberField } from './number-field.ts';
import { runTask, TaskTimeout } from './task-run.ts';

export type TaskPhase = Extract<Phase, { type: 'task' }>;

export async function task(branch: Branch, state: TaskState): Promise<Exit> {
  const { phase } = branch.position;
  const result = await answer(branch, state, phase.type === 'task' ? phase : await schedule(branch, state));
  branch.emit(taskAnswered('Succeeded', taskService(state.Resource), result));
  return leave(branch, { output: result, fields: state, next: state.Next, states: { result } });
}

/** Persists the launch of a task, with what it is given; from then on a restart asks for the same task again. */
async function schedule(branch: Branch, state: TaskState): Promise<TaskPhase> {
  const { shared, position } = branch;
  const bounds = { least: 1, most: longest, whole: true };
  // Without Arguments the task is given the state's input (state-task.html, "Arguments").
  const given = state.Arguments === undefined ? position.input : await branch.query(state.Arguments, 'Arguments');
  holdToLimit(given, position.state);
  const timeout = await numberField(branch, 'TimeoutSeconds', state.TimeoutSeconds, bounds);
  const executionId = shared.context.execution.id;
  const launches = position.launches + 1;
  const service = taskService(state.Resource);
  const phase: TaskPhase = {
    type: 'task',
    id: `${executionId}:${groupPath(branch.place.path, launches)}`,
    arguments: given,
    ...(timeout !== undefined && { deadline: shared.host.clock.now() + timeout * 1000 }),
  };
  branch.emit(taskScheduled(service, regionOf(executionId), given, timeout), taskStarted(service));
  branch.save({ phase, launches });
  return phase;
}

async function answer(branch: Branch, state: TaskState, phase: TaskPhase): Promise<Json> {
  const service = taskService(state.Resource);
  try {
    const result = await runTask(branch, state.Resource, phase);
    holdToLimit(result, service.resourceType, ResultTooLarge);
    return result;
  } catch (error) {
    branch.place.signal.throwIfAborted();
    if (error instanceof StateError) {
      const type = error instanceof TaskTimeout ? 'TimedOut' : 'Failed';
      branch.emit(taskEnded(type, service, error.error, error.reason));
    }
    throw error;
  }
}
