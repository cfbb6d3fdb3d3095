import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { expect, test } from 'vitest';

/** Runs the script with what the state machine gives a container, and nothing else. */
function run(variables: Record<string, string>) {
  const given = {
    STP_JOB_NAME: 'my-job',
    STP_EXECUTION_ID: 'my-job-1',
    STP_CURRENT_ATTEMPT: '1',
    STP_MAXIMUM_ATTEMPTS: '3',
    ...variables,
  };
  return spawnSync('/bin/sh', [path.join(import.meta.dirname, 'main.sh')], { env: given, encoding: 'utf8' });
}

test('it prints the event', () => {
  const { status, stdout } = run({ STP_TRIGGER_EVENT_DATA: '{"name":"you"}' });
  expect(stdout).toContain('{"name":"you"}');
  expect(status).toBe(0);
});

test('it fails for good where it cannot read the event', () => {
  const { status, stderr } = run({ STP_TRIGGER_EVENT_URI: 's3://artifacts/executions/1/event.json' });
  expect(stderr).toContain('s3://artifacts/executions/1/event.json');
  expect(status).toBe(65);
});
