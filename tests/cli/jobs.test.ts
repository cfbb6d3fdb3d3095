import { DescribeStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { mockClient } from 'aws-sdk-client-mock';
import { expect, onTestFinished, test, vi } from 'vitest';
import { jobsCommand } from '../../longhaul/cli/jobs.ts';
import { inProcess } from './in-process.ts';

const sfn = mockClient(SFNClient);

const outputs = {
  StateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:jobs',
  ArtifactsBucketName: 'artifacts',
};
const spec = "'capacity':'spot','maxAttempts':3,'timeoutSeconds':60";
const literal = [
  `'by-hand':{'backend':'batch',${spec}}`,
  `'follower':{'backend':'ecs',${spec},'schedule':'','timezone':'UTC'}`,
  `'hourly':{'backend':'ecs',${spec},'schedule':'rate(1 hour)','timezone':'UTC'}`,
  `'nightly':{'backend':'ecs',${spec},'schedule':'cron(0 3 * * ? *)','timezone':'Europe/Berlin'}`,
].join();

/** `longhaul jobs`, where the state machine and the API know these jobs. */
function jobs(...args: string[]) {
  const Choices = [{ Condition: `{% $not($states.input.job in $keys({${literal}})) %}` }];
  const definition = JSON.stringify({ StartAt: 'Start', States: { Start: { Choices } } });
  sfn.on(DescribeStateMachineCommand).resolves({ definition });
  const known = [{ name: 'follower', input: true, after: 'by-hand' }];
  vi.stubGlobal('fetch', async () => Response.json({ jobs: known }));
  onTestFinished(() => void vi.unstubAllGlobals());
  return inProcess(jobsCommand(), args, { outputs });
}

test('jobs says what starts a job by itself: another job, or times', async () => {
  const { said } = await jobs();
  expect(said).toMatch(/^by-hand +Batch, Spot +3 +60 s$/m);
  expect(said).toMatch(/^follower .* after by-hand +any JSON$/m);
  expect(said).toMatch(/^hourly .* rate\(1 hour\)$/m);
  expect(said).toMatch(/^nightly .* cron\(0 3 \* \* \? \*\) Europe\/Berlin$/m);
});

test('jobs --json has it as members, and none of a schedule that is off', async () => {
  const [byHand, follower, , nightly] = JSON.parse((await jobs('--json')).said);
  expect(byHand).toEqual({ name: 'by-hand', backend: 'batch', capacity: 'spot', maxAttempts: 3, timeoutSeconds: 60 });
  expect(follower).toEqual({ ...byHand, name: 'follower', backend: 'ecs', input: true, after: 'by-hand' });
  expect(nightly).toMatchObject({ schedule: 'cron(0 3 * * ? *)', timezone: 'Europe/Berlin' });
});
