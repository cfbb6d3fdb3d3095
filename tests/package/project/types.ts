// Checked by tsc, never run: the types of all entry points are there, and are not `any`.

import { createClient, type EventOf, type ExecutionDescription, type NameOf, type ResultOf } from 'longhaul';
import { parseDefinition } from 'longhaul/asl';
import { type Engine, startEngine } from 'longhaul/engine';
import type { JobContext } from 'longhaul/runtime';
import { memoryDriver, testJob } from 'longhaul/testing';
import { startExecution } from 'longhaul/trigger';
import { resize } from './job.ts';

export const event: EventOf<typeof resize> = { width: 3 };
export const result: ResultOf<typeof resize> = { pixels: 9 };
export const name: NameOf<typeof resize> = 'resize';
export const definition: { StartAt: string } = parseDefinition('{}');
export const url = (engine: Engine): string => engine.outputs.ApiUrl ?? engine.url;
export const attempt = (context: JobContext<{ width: number }>): number => context.attempt;
export const status = (execution: ExecutionDescription): string => execution.status;
export const tested = testJob(resize, ({ input }) => ({ pixels: input.width ** 2 }), { input: { width: 3 } });
export const pixels = tested.then(({ result }): number => result!.pixels);
const client = createClient({ driver: memoryDriver(), jobs: [resize] });
export const delivered: Promise<number> = client
  .run('resize', { width: 3 })
  .then(async (run) => (await run.wait()).pixels);

// @ts-expect-error there is no such job
export const unknownJob = () => client.run('shrink', { width: 3 });
// @ts-expect-error a width is a number for whoever starts the job
export const wrongInput = () => client.run(resize, { width: 'three' });
// @ts-expect-error an event is text
export const wrongStart = () => startExecution({ job: 'resize', event: 3, identity: ['a'], source: 'a' });
// @ts-expect-error a width is a number
export const wrongEvent: EventOf<typeof resize> = { width: 'three' };
// @ts-expect-error a width is a number in a test, too
export const wrongTest = () => testJob(resize, () => ({ pixels: 9 }), { input: { width: 'three' } });
// @ts-expect-error a port is a number
export const wrongOption = () => startEngine({ port: '4566' });
// @ts-expect-error the name is known
export const wrongName: NameOf<typeof resize> = 'shrink';
// @ts-expect-error an attempt is a number
export const wrongAttempt = (context: JobContext<{ width: number }>): string => context.attempt;
// @ts-expect-error a job has a definition of its own, not a state machine's
export const wrongDefinition: { name: string } = parseDefinition('{}');
// @ts-expect-error resources have no colour
export const wrongResource = (engine: Engine) => engine.stack.resources[0]?.colour;
