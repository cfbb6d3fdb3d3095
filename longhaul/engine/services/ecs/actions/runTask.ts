import type { RunTaskCommandInput, RunTaskResponse } from '@aws-sdk/client-ecs';
import type { Ecs } from '../ecs.ts';

export const runTask = (ecs: Ecs) => (input: RunTaskCommandInput) => ecs.runTask(input) satisfies RunTaskResponse;
