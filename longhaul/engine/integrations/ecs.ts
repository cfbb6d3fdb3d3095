import { type RunTaskCommandInput, RunTaskRequest$, RunTaskResponse$, type Task, Task$ } from '@aws-sdk/client-ecs';
import { type Json, StateError, type TaskRunner } from '../../asl/host.ts';
import type { Ecs } from '../services/ecs/index.ts';
import { callApi, type ErrorNames, readArguments } from './api-error.ts';
import { toPascalCase } from './pascal-case.ts';

/** https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html (Errors); throttling is not among them. */
const ERRORS: ErrorNames = {
  prefix: 'ECS',
  service: 'AmazonECS',
  declared: [
    'AccessDeniedException',
    'BlockedException',
    'ClientException',
    'ClusterNotFoundException',
    'ConflictException',
    'InvalidParameterException',
    'PlatformTaskDefinitionIncompatibilityException',
    'PlatformUnknownException',
    'ServerException',
    'UnsupportedFeatureException',
  ],
  other: 'AmazonECSException',
};

/**
 * `arn:aws:states:::ecs:runTask.sync`: runs a task and waits until it has stopped. The result is the task as DescribeTasks
 * shows it, in PascalCase with times in milliseconds; one of which an essential container did not exit with 0, or never
 * ran, is `States.TaskFailed` with that same JSON as its cause. A task that could not be placed (`failures` in RunTask's
 * answer) is `AmazonECS.Unknown`.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-ecs.html
 *
 * When the execution is stopped so is the task; the promise rejects with the signal's reason at once. When the engine is
 * stopped it never settles: the same request joins the task in the next engine.
 */
export function runTaskSync(ecs: Ecs): TaskRunner {
  return async ({ id, arguments: given, signal, submitted }) => {
    signal.throwIfAborted();
    const input = readArguments<RunTaskCommandInput>(RunTaskRequest$, given);
    if ((input.count ?? 1) !== 1) {
      throw new StateError('States.Runtime', `The local engine waits for one task only; Count is ${input.count}`);
    }
    const answer = callApi(ERRORS, () => ecs.runTask({ ...input, startedBy: 'AWS Step Functions' }, id));
    const [task] = answer.tasks;
    if (!task) throw new StateError('AmazonECS.Unknown', JSON.stringify(toPascalCase(RunTaskResponse$, answer)));
    // Also of a task that was found: the engine may have been killed before this was on record. The interpreter keeps the first.
    submitted(toPascalCase(RunTaskResponse$, answer) as Json);

    const { promise: aborted, reject } = Promise.withResolvers<never>();
    const abort = () => {
      ecs.stopTask(task.clusterArn!, task.taskArn!, 'Stopped by AWS Step Functions: the execution was stopped');
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      const stopped = await Promise.race([ecs.store.stopped(task.taskArn!), aborted]);
      const result = toPascalCase(Task$, stopped) as Json;
      if (hasSucceeded(stopped, ecs)) return result;
      throw new StateError('States.TaskFailed', JSON.stringify(result));
    } finally {
      signal.removeEventListener('abort', abort);
    }
  };
}

/** Only exit codes say: a container that is taken away by Spot and exits with 0 has succeeded as far as this goes. */
function hasSucceeded({ taskDefinitionArn, containers = [] }: Task, ecs: Ecs): boolean {
  const { container } = ecs.definitions.taskDefinition(taskDefinitionArn);
  return containers.find(({ name }) => name === container.name)?.exitCode === 0;
}
