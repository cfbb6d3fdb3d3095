import { StateError, type TaskRunner } from '../../asl/host.ts';
import type { Batch } from '../services/batch/index.ts';
import type { Ecs } from '../services/ecs/index.ts';
import type { ClientConfig } from './aws-sdk.ts';

export interface IntegrationsOptions {
  aws: ClientConfig;
  /** The access key id under which a state machine acts by its role; undefined for the engine's own. */
  accessKeyOf(stateMachineArn: string): string | undefined;
  batch: Batch;
  ecs: Ecs;
}

/** What a Task state's `Resource` may be. */
export function integrations({ aws, accessKeyOf, batch, ecs }: IntegrationsOptions): TaskRunner {
  const sdks = new Map<string, TaskRunner>();
  const sdk: TaskRunner = (request) => {
    const accessKeyId = accessKeyOf(request.execution.stateMachineArn) ?? aws.credentials.accessKeyId;
    const config = { ...aws, credentials: { ...aws.credentials, accessKeyId } };
    const runner = sdks.get(accessKeyId) ?? loaded(async () => (await import('./aws-sdk.ts')).awsSdk(config));
    sdks.set(accessKeyId, runner);
    return runner(request);
  };
  const runners: Record<string, TaskRunner> = {
    'batch:submitJob.sync': loaded(async () => (await import('./batch.ts')).submitJobSync(batch)),
    'ecs:runTask.sync': loaded(async () => (await import('./ecs.ts')).runTaskSync(ecs)),
    'sqs:sendMessage': sdk,
  };
  return async (request) => {
    const integration = request.resource.replace(/^arn:[^:]+:states:::/, '');
    const run = integration.startsWith('aws-sdk:') ? sdk : runners[integration];
    if (!run) {
      throw new StateError(
        'States.Runtime',
        `The local engine cannot run ${request.resource}. It has: ${Object.keys(runners).join(', ')}, aws-sdk:…`,
      );
    }
    return run(request);
  };
}

/** Loaded by the first task that needs it: the SDK's clients and their shapes. */
function loaded(load: () => Promise<TaskRunner>): TaskRunner {
  let runner: Promise<TaskRunner> | undefined;
  return async (request) => {
    runner ??= load();
    return (await runner)(request);
  };
}
