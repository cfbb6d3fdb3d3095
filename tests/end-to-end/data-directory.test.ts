import { mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { engineOf, misbehaving, temporaryDirectory } from './engine.ts';

test('a data directory that exists is closed to others', async () => {
  const dataDirectory = path.join(await temporaryDirectory(), 'data');
  mkdirSync(dataDirectory, { mode: 0o755 });
  const engine = await engineOf(misbehaving, { dataDirectory });
  await engine.close();
  expect(statSync(dataDirectory).mode & 0o777).toBe(0o700);
});

test.each(['outputs.json', 'nested-outputs.json', 'env.json', 'engine.json'])(
  'a link %s in the data directory is replaced, and nothing is written through it',
  async (name) => {
    const directory = await temporaryDirectory();
    const dataDirectory = path.join(directory, 'data');
    const elsewhere = path.join(directory, 'elsewhere');
    mkdirSync(dataDirectory);
    writeFileSync(elsewhere, 'mine');
    symlinkSync(elsewhere, path.join(dataDirectory, name));
    const engine = await engineOf(misbehaving, { dataDirectory });
    const written = readFileSync(path.join(dataDirectory, name), 'utf8');
    await engine.close();
    expect(readFileSync(elsewhere, 'utf8')).toBe('mine');
    expect(JSON.parse(written)).toBeTypeOf('object');
  },
);
