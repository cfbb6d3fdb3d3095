import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Engine } from 'longhaul/engine';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { engineOf, misbehaving, temporaryDirectory, until } from '../end-to-end/engine.ts';
import { node } from '../end-to-end/process.ts';
import { longhaul } from './in-process.ts';
import { hasTmux, terminal } from './tmux.ts';

const ESCAPE = String.fromCharCode(27);

describe.skipIf(!hasTmux)('in a terminal (skipped where there is no tmux)', () => {
  let engine: Engine;
  let data: string;
  beforeAll(async () => {
    data = await temporaryDirectory(afterAll);
    engine = await engineOf(misbehaving, { dataDirectory: data });
  });
  afterAll(() => engine.close());

  test('colours are for terminals, and only for those who want them', async () => {
    expect((await longhaul('run', 'counter', '-i', '{"to":1}', '--follow', '--data', data)).code).toBe(0);
    const coloured = async (environment: Record<string, string>) => {
      const { screen, colours } = terminal(80, environment, 'list', '--data', data);
      await until(async () => screen().includes('[0]'));
      return colours();
    };
    expect(await coloured({})).toContain(`${ESCAPE}[32msucceeded`);
    expect(await coloured({ NO_COLOR: '1' })).not.toContain(ESCAPE);
    const piped = node('longhaul/cli/main.ts', 'list', '--data', data);
    expect(await piped.ended).toBe(0);
    expect(piped.output()).not.toContain(ESCAPE);
  });

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

  test('a job that is followed has a bar below its log, which is cleared away at the end', async () => {
    const { screen, bar, gate } = await following();
    expect(bar.length).toBeLessThan(80);
    expect(screen()).toMatch(/^\d\d:\d\d:\d\d\.\d{3} {2}INFO {2}Job started/m);
    await writeFile(gate, '');
    const end = await until(async () => screen().includes('[0]') && screen());
    expect(end).toMatch(/succeeded after .*, attempt 1 of 2\n\{/);
    expect(end).not.toContain('█');
  });

  test('a job that is followed is left to itself by Ctrl-C, which gives the terminal back with the cursor', async () => {
    const { screen, press } = await following();
    press('C-c');
    const end = await until(async () => screen().includes('[130]') && screen());
    expect(end).toContain('The job goes on.');
    const running = JSON.parse((await longhaul('list', '--status', 'running', '--json', '--data', data)).stdout);
    expect(running).toHaveLength(1);
    await longhaul('stop', running[0].id, '--data', data);
  });
});
