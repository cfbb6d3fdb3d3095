import type { SQSClient } from '@aws-sdk/client-sqs';
import { ServiceError } from '../../endpoint/service.ts';
import type { Functions } from '../../functions/index.ts';
import { type StateMachines, startExecution } from '../states/index.ts';
import { targetInput } from './input.ts';
import type { Delivery, EventStore, Failure } from './store.ts';

/** Ways to a target. Both are done when the delivery is off the store. */
export interface Senders {
  send(delivery: Delivery): Promise<void>;
  /** To the target's dead-letter queue. */
  bury(delivery: Delivery, failure: Failure): Promise<void>;
  close(): void;
}

export interface SenderOptions {
  store: EventStore;
  functions: Pick<Functions, 'enqueue'>;
  machines: StateMachines;
  /** Of the engine's own endpoint, for queues. */
  aws: { endpoint: string; region: string; credentials: { accessKeyId: string; secretAccessKey: string } };
}

/**
 * A function's queue and the state machines are in the same database as the deliveries: those are handed over in one
 * transaction, once. A queue is sent to, and may get an event twice when the engine is killed in between, as EventBridge
 * delivers at least once.
 */
export function senders({ store, functions, machines, aws }: SenderOptions): Senders {
  let client: SQSClient | undefined;

  async function toQueue(arn: string, message: { body: string; group?: string; attributes?: Record<string, string> }) {
    const { GetQueueUrlCommand, SendMessageCommand, SQSClient } = await import('@aws-sdk/client-sqs');
    client ??= new SQSClient(aws);
    const { QueueUrl } = await client.send(new GetQueueUrlCommand({ QueueName: arn.split(':').at(-1) }));
    const MessageAttributes = Object.fromEntries(
      Object.entries(message.attributes ?? {}).map(([name, StringValue]) => [
        name,
        { DataType: 'String', StringValue },
      ]),
    );
    await client.send(
      new SendMessageCommand({ QueueUrl, MessageBody: message.body, MessageGroupId: message.group, MessageAttributes }),
    );
  }

  const start = startExecution(machines);

  return {
    async send(delivery) {
      const { target, rule, event } = delivery;
      const payload = input(delivery);
      const service = target.Arn.split(':')[2];
      if (service === 'lambda') requireJson(payload);
      if (service === 'sqs') {
        await toQueue(target.Arn, { body: payload, group: target.SqsParameters?.MessageGroupId });
        return store.removeDelivery(delivery.id);
      }
      store.atomically(() => {
        if (service === 'lambda') functions.enqueue(target.Arn, payload);
        else if (service === 'states') start({ stateMachineArn: target.Arn, name: delivery.id, input: payload });
        else {
          throw new ServiceError(
            'ResourceNotFoundException',
            `The rule ${rule.name} sends ${event['detail-type']} to ${target.Arn}; locally functions, queues and state machines are served`,
          );
        }
        store.removeDelivery(delivery.id);
      });
    },

    async bury({ id, rule, target, event, attempts }, { code, message, exhausted }) {
      // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html#eb-rule-dlq
      await toQueue(target.DeadLetterConfig?.Arn ?? '', {
        body: JSON.stringify(event),
        attributes: {
          RULE_ARN: rule.arn,
          TARGET_ARN: target.Arn,
          ERROR_CODE: code,
          ERROR_MESSAGE: message.slice(0, 1024) || code,
          RETRY_ATTEMPTS: String(attempts - 1),
          ...(exhausted && { EXHAUSTED_RETRY_CONDITION: exhausted }),
        },
      });
      store.removeDelivery(id);
    },

    close: () => client?.destroy(),
  };
}

/** A template of several lines gives none; a queue takes that, Lambda's Invoke does not. */
function requireJson(payload: string): void {
  try {
    JSON.parse(payload);
  } catch (error) {
    throw new ServiceError('InvalidRequestContentException', `The payload is not JSON: ${(error as Error).message}`);
  }
}

function input({ target, event, rule }: Delivery): string {
  try {
    return targetInput(target, event, rule);
  } catch (error) {
    throw new ServiceError('InvalidInputException', (error as Error).message);
  }
}
