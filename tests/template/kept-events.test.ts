// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are CloudFormation's, which are read here as they are written

import { expect, test } from 'vitest';
import { loadStack } from '../../longhaul/engine/template/index.ts';
import { deployment } from '../engine/template-load.ts';
import { everywhere, functions, read, resources, root, type Statement } from './templates.ts';

interface Event {
  Type: string;
  Properties: { DeadLetterConfig?: { Arn: string }; RedrivePolicy?: { deadLetterTargetArn: string } };
}

/** Functions that nobody waits for an answer of. A sweep finds at its next turn what this one did not do. */
const SWEEPS = ['AfterSweep', 'SpotWait'];
const asynchronous = functions().flatMap(({ path, name, template, resource: { Properties } }) =>
  Object.values<Event>(Properties.Events ?? {})
    .filter(({ Type }) => Type !== 'HttpApi' && !SWEEPS.includes(name))
    .map((event) => [path, event, Properties, template] as const),
);
const bucket = 'arn:${AWS::Partition}:s3:::${App}-dead-letters-${AWS::AccountId}-${AWS::Region}';

test.each(asynchronous)('an event that %s cannot handle is kept whole', (_name, _event, { EventInvokeConfig }) => {
  expect(EventInvokeConfig.DestinationConfig.OnFailure).toEqual({ Type: 'S3Bucket', Destination: bucket });
});

/** CloudWatch Logs has no place for what does not reach the function. */
const withPlace = asynchronous.filter(([, { Type }]) => Type !== 'CloudWatchLogs');

test.each(withPlace)('an event that does not reach %s is kept in a queue', (_, { Properties }, _all, template) => {
  const queue = Properties.DeadLetterConfig?.Arn ?? Properties.RedrivePolicy?.deadLetterTargetArn;
  const queues = resources(template, 'AWS::SQS::Queue').map(([name]) => `${name}.Arn`);
  expect(queues).toContain(queue);
});

test.each(everywhere('AWS::Events::Rule'))(
  'an event that %s cannot deliver is kept in a queue',
  (path, rule, template) => {
    const allowed = resources(template, 'AWS::SQS::QueuePolicy').flatMap(([, { Properties }]) =>
      Properties.PolicyDocument.Statement.filter(
        ({ Effect, Condition }: Statement) =>
          Effect === 'Allow' && JSON.stringify(Condition).includes(`${path.split(': ')[1]}.Arn`),
      ).map(({ Resource }: Statement) => Resource),
    );
    for (const { DeadLetterConfig } of rule.Properties.Targets) expect(allowed).toContain(DeadLetterConfig?.Arn);
  },
);

test.each(everywhere('AWS::Lambda::EventSourceMapping'))(
  'what %s reads is kept, or says so to its queue',
  (_, { Properties }, template) => {
    const { DestinationConfig, FunctionResponseTypes } = Properties;
    expect(FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
    if (template.includes('/sqs/')) return; // its own redrive policy
    expect(DestinationConfig.OnFailure.Destination).toBe(bucket);
  },
);

/** Of a container on Fargate. https://docs.aws.amazon.com/batch/latest/userguide/job_timeouts.html */
const LONGEST_DAYS = 14;

test('what a job saved cannot be deleted while it runs, or while somebody may resume it', () => {
  const { MessageRetentionPeriod } = read('statemachines/template.yaml').Resources.FailedJobs.Properties;
  const days = LONGEST_DAYS + MessageRetentionPeriod / (24 * 60 * 60);
  const deploy = (ArtifactsRetentionDays: number) => () =>
    loadStack(`${root}/template.yaml`, {
      ...deployment,
      parameters: { ArtifactsRetentionDays: String(ArtifactsRetentionDays) },
    });
  expect(deploy(days - 1)).toThrow(/ArtifactsRetentionDays must be .*30/);
  expect(deploy(30)).not.toThrow();
});
