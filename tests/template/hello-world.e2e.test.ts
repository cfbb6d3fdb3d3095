import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { read } from './templates.ts';

const [container] = read('containers/hello-world/template.yaml').Resources.TaskDefinition.Properties
  .ContainerDefinitions;

/** Runs what the image runs, in an environment of these variables alone. */
function run(variables: Record<string, string>): string {
  const [shell, ...args] = container.Command;
  return execFileSync(shell, args, { env: variables, encoding: 'utf8' });
}

const launch = {
  STP_JOB_NAME: 'hello-world',
  STP_EXECUTION_ID: 'hello-world-1',
  STP_CURRENT_ATTEMPT: '2',
  STP_MAXIMUM_ATTEMPTS: '3',
  STP_INTERRUPTIONS: '1',
};

test('hello-world prints the event as it came, and the attempt', () => {
  const event = String.raw`{"name":"wörld","path":"a\\nb","quotes":"' \" $HOME"}`;
  expect(
    run({ ...launch, STP_TRIGGER_EVENT_DATA: event })
      .trimEnd()
      .split('\n'),
  ).toEqual([
    'Hello from hello-world, execution hello-world-1',
    'attempt 2 of 3, interruptions so far: 1',
    `event: ${event}`,
  ]);
});

test('hello-world says where an event is that is too large for it', () => {
  const output = run({ ...launch, STP_TRIGGER_EVENT_URI: 's3://artifacts/executions/hello-world-1/event.json' });
  expect(output).toContain('it is in s3://artifacts/executions/hello-world-1/event.json');
});
