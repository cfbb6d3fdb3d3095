import { expect, test } from 'vitest';
import { unsupported } from '../../longhaul/engine/unsupported.ts';
import { load } from './template-load.ts';

const told = (resources: string) => {
  const { resources: all } = load(`Transform: AWS::Serverless-2016-10-31\nResources:\n${resources}`);
  return unsupported(all).map(({ path, message }) => `${path}: ${message}`);
};

const worker = (events: string) => `
  Worker:
    Type: AWS::Serverless::Function
    Properties: { Runtime: nodejs24.x, Handler: worker.handler, Events: { ${events} } }`;

test('a resource that the engine does not run is named, with its type', () => {
  expect(told('  Errors: { Type: AWS::Logs::MetricFilter }')).toEqual([
    'Errors: the engine does not run AWS::Logs::MetricFilter; everything else is started',
  ]);
});

test('an event source that would never reach its function is named', () => {
  const thing = 'Thing: { Type: IoTRule, Properties: { Sql: SELECT * FROM topic } }';
  const daily = 'Daily: { Type: ScheduleV2, Properties: { ScheduleExpression: rate(1 day) } }';
  expect(told(worker(`${thing}, ${daily}`))).toEqual([
    expect.stringMatching(/^Worker: the engine delivers no events of type IoTRule to it \(Thing\); .* ScheduleV2/),
  ]);
});

test('nothing is said of a schedule that runs here', () => {
  const schedule = `
  Nightly:
    Type: AWS::Scheduler::Schedule
    Properties:
      ScheduleExpression: rate(1 day)
      FlexibleTimeWindow: { Mode: "OFF" }
      Target: { Arn: !GetAtt Worker.Arn, RoleArn: arn:aws:iam::000000000000:role/schedules }`;
  expect(told(worker('') + schedule)).toEqual([]);
});
