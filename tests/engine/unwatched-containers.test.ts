import { existsSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { execute, parseDefinition } from '../../longhaul/asl/index.ts';
import { MemoryJournal } from '../../longhaul/asl/memory-journal.ts';
import { integrations } from '../../longhaul/engine/integrations/index.ts';
import { definitionText } from '../state-machine/machine.ts';
import { startTestEngine, temporaryFolder, until } from './fleet-fixture.ts';

// The app's own state machine, and the engine's Batch and ECS behind the real SDK. Waits are short; time limits never pass.

const CREDENTIALS = { accessKeyId: 'test', secretAccessKey: 'test' };
const PLACES = {
  logStreamPrefix: 'run',
  queues: { spot: 'spot', onDemand: 'on-demand' },
  cluster: 'jobs',
  maxInterruptions: 2,
  maxAttempts: 1,
};

test.each([
  ['batch', { jobDefinition: 'job', ...PLACES }],
  ['ecs', { taskDefinition: 'arn:aws:ecs:us-east-1:000000000000:task-definition/job:1', ...PLACES }],
] as const)(
  'a container on %s whose launch was not answered is stopped before the next one starts',
  async (backend, spec) => {
    const folder = temporaryFolder();
    const marker = path.join(folder, 'first');
    // The first container runs for ever, any later one ends at once.
    const run = `mkdir ${marker} 2>/dev/null && exec sleep 1000; exit 0`;
    const engine = await startTestEngine({ folder, jobs: { job: { run } } });
    engine[backend].faults.next(1, 'answer-lost');
    const aws = { endpoint: engine.endpoint.url, region: 'us-east-1', credentials: CREDENTIALS };
    const runTask = integrations({ aws, accessKeyOf: () => undefined, batch: engine.batch, ecs: engine.ecs });
    const launches: number[] = [];
    const outcome = await execute(parseDefinition(definitionText({ job: { backend, ...spec } })), {
      input: { job: 'job' },
      signal: new AbortController().signal,
      context: {
        execution: { id: 'arn:execution:one', name: 'one', roleArn: 'arn:role', startTime: Date.now() },
        stateMachine: { id: 'arn:machine', name: 'jobs' },
      },
      host: {
        journal: new MemoryJournal(),
        run: (request) => {
          if (request.resource.endsWith('.sync')) launches.push(engine.fleet.running().length);
          return runTask(request);
        },
        random: () => 0.5,
        clock: {
          now: () => Date.now(),
          until: async (time, signal) => {
            const seconds = (time - Date.now()) / 1000;
            if (seconds > 300)
              return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
            await until(() => expect(existsSync(marker)).toBe(true));
            await new Promise((resolve) => setTimeout(resolve, 20));
          },
        },
      },
    });
    expect(outcome).toMatchObject({ status: 'SUCCEEDED', output: { attempts: 1, interruptions: 0 } });
    expect(launches).toEqual([0, 0]);
    expect(engine.fleet.running()).toEqual([]);
  },
);
