import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { app, engineOf, misbehaving, temporaryDirectory, until } from '../end-to-end/engine.ts';
import { hasTmux, terminal } from './tmux.ts';
import { tool } from './tool.ts';

const ESCAPE = String.fromCharCode(27);

describe.skipIf(!hasTmux)('in a terminal (skipped where there is no tmux)', () => {
  let engine: Engine;
  let data: string;
  let id: string;
  beforeAll(async () => {
    data = await temporaryDirectory(afterAll);
    engine = await engineOf(app, { dataDirectory: data });
    const run = ['run', 'hello-world', '--follow', '--json', '--data', data];
    id = JSON.parse((await tool(run, { cleanUp: afterAll })).stdout).id;
  });
  afterAll(() => engine.close());

  /** What is on the screen when the command has ended. */
  async function shown(columns: number, ...args: string[]): Promise<string> {
    const { screen } = terminal(columns, {}, ...args, '--data', data);
    return until(async () => /^\[\d+\]$/m.test(screen()) && screen());
  }

  test.each([80, 200])('tables and descriptions fit %i columns', async (columns) => {
    for (const command of [['list'], ['jobs'], ['show', id], ['help']]) {
      const screen = await shown(columns, ...command);
      expect(screen).toContain('[0]');
      // The terminal had to break no line, but for an address, which is to be copied.
      for (const line of screen.split('\n'))
        if (!line.includes('://')) expect(line.length).toBeLessThanOrEqual(columns);
    }
    const list = await shown(columns, 'list');
    expect(list).toMatch(/^execution +status +started +took$/m);
    expect(list).toMatch(/^hello-world-[0-9a-f]{8} +succeeded +\d+ \w+ ago/m);
    expect(await shown(columns, 'jobs')).toMatch(/\{\s+bucket,\s+key,\s+versionId\?\s+\}/);
  });

  test('colours are for terminals, and only for those who want them', async () => {
    const coloured = async (environment: Record<string, string>) => {
      const { screen, colours } = terminal(80, environment, 'list', '--data', data);
      await until(async () => screen().includes('[0]'));
      return colours();
    };
    expect(await coloured({})).toContain(`${ESCAPE}[32msucceeded`);
    expect(await coloured({ NO_COLOR: '1' })).not.toContain(ESCAPE);
    const piped = await tool(['list', '--data', data]);
    expect(piped.stdout).not.toContain(ESCAPE);
  });
});

describe.skipIf(!hasTmux)('a job that is followed in a terminal (skipped where there is no tmux)', () => {
  let engine: Engine;
  let data: string;
  beforeAll(async () => {
    data = await temporaryDirectory(afterAll);
    engine = await engineOf(misbehaving, { dataDirectory: data });
  });
  afterAll(() => engine.close());

  /** Runs a job that waits for the gate, until its bar is there. */
  async function following() {
    const gate = path.join(await temporaryDirectory(), 'gate');
    const input = JSON.stringify({ to: 20, gate });
    const shown = terminal(80, {}, 'run', 'counter', '-i', input, '-f', '--data', data);
    const bar = await until(async () =>
      shown
        .screen()
        .split('\n')
        .findLast((line) => /█.*░ 5 %: 1 of 20/.test(line)),
    );
    return { ...shown, bar, gate };
  }

  test('has a bar below its log, which is cleared away at the end', async () => {
    const { screen, bar, gate } = await following();
    expect(bar.length).toBeLessThan(80);
    expect(screen()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}INFO {2}Job started/m);
    await writeFile(gate, '');
    const end = await until(async () => screen().includes('[0]') && screen());
    expect(end).toMatch(/succeeded after .*, attempt 1 of 2\n\{/);
    expect(end).not.toContain('█');
  });

  test('is left to itself by Ctrl-C, which gives the terminal back with the cursor', async () => {
    const { screen, press } = await following();
    press('C-c');
    const end = await until(async () => screen().includes('[130]') && screen());
    expect(end).toContain('The job goes on.');
    const running = JSON.parse((await tool(['list', '--status', 'running', '--json', '--data', data])).stdout);
    expect(running).toHaveLength(1);
    await tool(['stop', running[0].id, '--data', data]);
  });
});
