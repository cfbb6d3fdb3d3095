import { expect, test } from 'vitest';
import { eventSourceMappings } from '../../longhaul/engine/sources/event-source-mappings.ts';
import { unsupported } from '../../longhaul/engine/unsupported.ts';
import { load } from './template-load.ts';

const resourcesOf = (resources: string) =>
  load(`Transform: AWS::Serverless-2016-10-31\nResources:\n${resources}`).resources;

const queue = '  Queue: { Type: AWS::SQS::Queue, Properties: { QueueName: orders } }';
const worker = (events = '') => `
  Worker:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs24.x, Handler: worker.handler, Events: { ${events} } }`;
const mapping = (properties: string) => `
  Mapping:
    Type: AWS::Lambda::EventSourceMapping
    Properties: { FunctionName: ${properties} }`;

test('a mapping is the same as a resource of its own and as an event of its function', () => {
  const settings = 'BatchSize: 7, ScalingConfig: { MaximumConcurrency: 2 }';
  const event = `Sent: { Type: SQS, Properties: { Queue: !GetAtt Queue.Arn, ${settings} } }`;
  const resource = mapping(`!Ref Worker, EventSourceArn: !GetAtt Queue.Arn, ${settings}`);
  for (const resources of [queue + worker(event), queue + worker() + resource]) {
    expect(eventSourceMappings(resourcesOf(resources))).toMatchObject([
      {
        type: 'SQS',
        functionName: 'longhaul-Worker',
        sourceArn: expect.stringMatching(/^arn:aws:sqs:.*:orders$/),
        properties: { BatchSize: 7, ScalingConfig: { MaximumConcurrency: 2 } },
      },
    ]);
  }
});

test.each([
  ['arn:aws:dynamodb:us-east-1:000000000000:table/orders/stream/1', 'DynamoDB'],
  ['arn:aws:kinesis:us-east-1:000000000000:stream/orders', 'Kinesis'],
])('%s is read as %s', (sourceArn, type) => {
  const resources = resourcesOf(worker() + mapping(`!GetAtt Worker.Arn, EventSourceArn: "${sourceArn}"`));
  expect(eventSourceMappings(resources)).toMatchObject([{ path: 'Mapping', type, sourceArn }]);
  expect(unsupported(resources)).toEqual([]);
});

test('one that is switched off reads nothing', () => {
  const off = 'Enabled: false';
  const event = `Sent: { Type: SQS, Properties: { Queue: !GetAtt Queue.Arn, ${off} } }`;
  const resource = mapping(`!Ref Worker, EventSourceArn: !GetAtt Queue.Arn, ${off}`);
  expect(eventSourceMappings(resourcesOf(queue + worker(event) + resource))).toEqual([]);
});

test('one that reads what is not here is named', () => {
  const kafka = 'EventSourceArn: "arn:aws:kafka:us-east-1:000000000000:cluster/orders/1", Topics: [orders]';
  const resources = resourcesOf(worker() + mapping(`!Ref Worker, ${kafka}`));
  expect(eventSourceMappings(resources)).toEqual([]);
  expect(unsupported(resources)).toMatchObject([
    { path: 'Mapping', message: expect.stringContaining('SQS, DynamoDB') },
  ]);
});
