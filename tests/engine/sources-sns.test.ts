import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListSubscriptionsByTopicCommand, SNSClient, SubscribeCommand } from '@aws-sdk/client-sns';
import { expect, onTestFinished, test } from 'vitest';
import { type Engine, startEngine } from '../../longhaul/engine/index.ts';

const subscribed = { Events: { Message: { Type: 'SNS', Properties: { Topic: { Ref: 'Topic' } } } } };

/** A topic with functions, some of them subscribed by an event, and with a queue. */
function template(functions: Record<string, object>, subscription: object): string {
  const Resources = Object.fromEntries(
    Object.entries(functions).map(([name, properties]) => [
      name,
      {
        Type: 'AWS::Serverless::Function',
        Properties: {
          FunctionName: name,
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          CodeUri: '.',
          ...properties,
        },
      },
    ]),
  );
  return JSON.stringify({
    Transform: 'AWS::Serverless-2016-10-31',
    Resources: {
      Topic: { Type: 'AWS::SNS::Topic' },
      Queue: { Type: 'AWS::SQS::Queue' },
      ...Resources,
      ...subscription,
    },
    Outputs: { Topic: { Value: { Ref: 'Topic' } }, Queue: { Value: { 'Fn::GetAtt': ['Queue', 'Arn'] } } },
  });
}

const toQueue = {
  ToQueue: {
    Type: 'AWS::SNS::Subscription',
    Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'sqs', Endpoint: { 'Fn::GetAtt': ['Queue', 'Arn'] } },
  },
};

test('what the template does not subscribe any more gets no messages after a restart; what the API subscribed does', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'longhaul-sns-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const withEngine = async (text: string, then: (engine: Engine, sns: SNSClient) => Promise<unknown>) => {
    writeFileSync(join(folder, 'template.yaml'), text);
    const engine = await startEngine({ projectDirectory: folder, port: 0, apiPort: 0 });
    const sns = new SNSClient(engine.aws);
    await then(engine, sns).finally(() => engine.close());
  };
  const endpoints = async (engine: Engine, sns: SNSClient) => {
    const listed = await sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: engine.outputs.Topic }));
    return listed.Subscriptions!.map(({ Endpoint }) => Endpoint!.split(':').at(-1)).toSorted();
  };
  const functionArn = (name: string) => `arn:aws:lambda:us-east-1:000000000000:function:${name}`;

  await withEngine(template({ kept: subscribed, gone: subscribed, called: {} }, toQueue), async (engine, sns) => {
    const { Topic: TopicArn, Queue = '' } = engine.outputs;
    await sns.send(new SubscribeCommand({ TopicArn, Protocol: 'lambda', Endpoint: functionArn('called') }));
    expect(await endpoints(engine, sns)).toEqual(['called', 'gone', 'kept', Queue.split(':').at(-1)].toSorted());
  });
  await withEngine(template({ kept: subscribed, gone: {}, called: {} }, {}), async (engine, sns) => {
    expect(await endpoints(engine, sns)).toEqual(['called', 'kept']);
  });
});
