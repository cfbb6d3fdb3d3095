import { StateError, type TaskRunner } from '../../asl/host.ts';
import type { Batch } from '../services/batch/index.ts';
import type { Ecs } from '../services/ecs/index.ts';
import { awsSdk, type ClientConfig } from './aws-sdk.ts';
import { submitJobSync } from './batch.ts';
import { runTaskSync } from './ecs.ts';

/** What a Task state's `Resource` may be. */
export function integrations({ aws, batch, ecs }: { aws: ClientConfig; batch: Batch; ecs: Ecs }): TaskRunner {
  const sdk = awsSdk(aws);
  const runners: Record<string, TaskRunner> = {
    'batch:submitJob.sync': submitJobSync(batch),
    'ecs:runTask.sync': runTaskSync(ecs),
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
