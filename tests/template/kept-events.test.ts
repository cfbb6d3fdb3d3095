import { expect, test } from 'vitest';
import { resources } from './templates.ts';

interface Event {
  Type: string;
  Properties: { DeadLetterConfig?: { Arn: string }; RedrivePolicy?: { deadLetterTargetArn: string } };
}

/** Functions that nobody waits for an answer of. The sweep finds at its next turn what this one did not do. */
const asynchronous = resources('template.yaml', 'AWS::Serverless::Function').flatMap(([name, { Properties }]) =>
  Object.values<Event>(Properties.Events ?? {})
    .filter(({ Type }) => Type !== 'HttpApi' && name !== 'AfterSweep')
    .map((event) => [name, event, Properties] as const),
);

test.each(asynchronous)('an event that %s cannot handle is kept whole', (_name, _event, { EventInvokeConfig }) => {
  expect(EventInvokeConfig.DestinationConfig.OnFailure).toEqual({ Type: 'S3Bucket', Destination: 'DeadLetters.Arn' });
});

/** S3 and CloudWatch Logs have no place for what does not reach the function; what AfterTrigger is not told, the sweep finds. */
const withPlace = asynchronous.filter(
  ([name, { Type }]) => !['S3', 'CloudWatchLogs'].includes(Type) && name !== 'AfterTrigger',
);

test.each(withPlace)('an event that does not reach %s is kept in a queue', (_, { Properties }) => {
  const queue = Properties.DeadLetterConfig?.Arn ?? Properties.RedrivePolicy?.deadLetterTargetArn;
  const queues = resources('template.yaml', 'AWS::SQS::Queue').map(([name]) => `${name}.Arn`);
  expect(queues).toContain(queue);
});

test.each(resources('template.yaml', 'AWS::Lambda::EventSourceMapping'))(
  'what %s reads is kept, or says so to its queue',
  (_, { Properties }) => {
    const { DestinationConfig, FunctionResponseTypes, EventSourceArn } = Properties;
    expect(FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
    if (/Queue\.Arn$/.test(EventSourceArn)) return; // its own redrive policy
    expect(DestinationConfig.OnFailure.Destination).toBe('DeadLetters.Arn');
  },
);
