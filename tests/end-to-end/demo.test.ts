import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { app } from './engine.ts';
import { node } from './process.ts';

test('npm run demo shows a job that loses its Spot capacity and finishes all the same', async () => {
  const demo = node('demo/run.ts');
  const code = await demo.ended;
  const output = demo.output();
  expect(code, output).toBe(0);

  expect(output).toMatch(/objects are read at \d+ kB\/s/);
  expect(output).toMatch(/s3:\/\/longhaul-uploads-\d+-us-east-1\/incoming\/birdstrikes\.csv/);
  expect(output).toMatch(/csv-report-[0-9a-f]{32}/);
  const [, takenAt] = output.match(/taken away at (\d+) %/)!;
  const [, continuedAt] = output.match(/first progress of the new container: (\d+) %/)!;
  expect(Number(takenAt)).toBeGreaterThanOrEqual(40);
  expect(Number(continuedAt)).toBeGreaterThanOrEqual(Number(takenAt));
  expect(output).toMatch(/attempt 1 of 3, [\d.]+ s\n.*Your Spot Task was interrupted\./);
  expect(output).toMatch(/attempt 1 of 3, after 1 interruption/);
  expect(output).toContain('execution succeeded');
  expect(output).toContain('10,000 rows, 14 columns, 0 malformed records');
  // Where it is piped, no line comes twice.
  const bytes = output.split('\n').filter((line) => line.endsWith('bytes') && line.includes('%'));
  expect(bytes.length).toBeGreaterThan(5);
  expect(new Set(bytes).size).toBe(bytes.length);
  const report = path.join(app, '.aws-sam/demo/report.html');
  expect(output).toContain('.aws-sam/demo/report.html');
  expect(readFileSync(report, 'utf8')).toContain('Wildlife Species');
});
