import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { Functions } from '../../longhaul/engine/functions/index.ts';
import { type Sources, startSources } from '../../longhaul/engine/sources/index.ts';
import type { Resource } from '../../longhaul/engine/template/model.ts';
import { type Project, project } from './functions-project.ts';
import { ManualClock } from './manual-clock.ts';

/** A project with schedules, on a clock that only the test turns. It is 2026-10-24T08:00:00Z, a Saturday. */
export interface ScheduleProject extends Project {
  clock: ManualClock;
  /** The function `Tick` with these events; it collects what it is sent. */
  scheduled(events: Record<string, object>): Promise<Resource>;
  /** Starts schedules and functions. */
  engine(resources: Resource[]): Sources;
  /** Stops them. */
  stop(): Promise<void>;
  /** Everything that `Tick` was sent so far, once it has been delivered. */
  sent(): Promise<unknown[]>;
  /** Turns the clock to the next time at which something is due, so often. */
  run(times: number): Promise<unknown[]>;
}

/** Of `Tick`: one event per scheduled time, which it names. */
export function due(properties: object): { Due: object } {
  return { Due: { Type: 'ScheduleV2', Properties: { Input: '"<aws.scheduler.scheduled-time>"', ...properties } } };
}

export async function scheduleProject(): Promise<ScheduleProject> {
  const app = await project();
  const clock = new ManualClock('2026-10-24T08:00:00Z');
  let running: { sources: Sources; functions: Functions }[] = [];
  const self: ScheduleProject = {
    ...app,
    clock,
    async scheduled(Events) {
      const file = JSON.stringify(join(app.directory, 'events'));
      const source = `import { appendFileSync } from 'node:fs';
export const handler = async (event: object) => appendFileSync(${file}, JSON.stringify(event) + '\\n');`;
      return app.function('Tick', source, { Events });
    },
    engine(resources) {
      const functions = app.start(resources, { clock });
      const objectStore = { onEvent: () => () => {} };
      const onNotice = (message: string) => void app.notices.push(message);
      const sources = startSources({ resources, functions, objectStore, db: app.db, clock, onNotice });
      running.push({ sources, functions });
      return sources;
    },
    async stop() {
      const all = running;
      running = [];
      for (const { sources } of all) sources.close();
      await Promise.all(all.map(({ functions }) => functions.close()));
    },
    async sent() {
      const pending = () => app.db.prepare('SELECT count(*) AS n FROM lambda_async_events').get();
      await expect.poll(pending).toMatchObject({ n: 0 });
      const text = await readFile(join(app.directory, 'events'), 'utf8').catch(() => '');
      const lines = text.split('\n').filter(Boolean);
      return lines.map((line) => JSON.parse(line));
    },
    async run(times) {
      for (let turn = 0; turn < times; turn++) {
        await self.sent();
        await expect.poll(() => clock.next()).toBeDefined();
        clock.set(clock.next()!);
        await new Promise((resolve) => setImmediate(resolve));
      }
      return self.sent();
    },
    async remove() {
      await self.stop();
      await app.remove();
    },
  };
  return self;
}
