import type { Service } from '../../endpoint/service.ts';
import { DeclaredSubscriptions } from './declared-subscriptions.ts';
import { type Fauxqs, openFauxqs } from './fauxqs.ts';
import { type DeliverToFunction, deliverToFunctions } from './function-subscriptions.ts';
import { QueueReader } from './queue-reader.ts';
import { Receives } from './receives.ts';
import { snsRights, sqsRights } from './rights.ts';

const account = '000000000000';

export interface MessagingOptions {
  /** Where queues, messages, topics and subscriptions are kept. */
  dataDirectory: string;
  /** Of the endpoint that serves it, `http://127.0.0.1:4566`: queue URLs begin with it. */
  url: string;
}

type Handle = Service['handle'];

/** `sqs`, `sns` and `sts`. */
export function messagingServices(handle: Handle): Service[] {
  const isForSqs: Service['matches'] = ({ headers }) => String(headers['x-amz-target']).startsWith('AmazonSQS.');
  return [
    { signingName: 'sqs', matches: isForSqs, handle, rights: sqsRights },
    { signingName: 'sns', handle, rights: snsRights },
    { signingName: 'sts', handle },
  ];
}

/** SQS, SNS and STS, by fauxqs, behind the one endpoint. */
export class Messaging {
  readonly #fauxqs: Fauxqs;
  readonly #declared: DeclaredSubscriptions;
  readonly #receives: Receives;

  static async open({ dataDirectory, url }: MessagingOptions): Promise<Messaging> {
    return new Messaging(await openFauxqs(dataDirectory, (name) => `${url}/${account}/${name}`));
  }

  private constructor(fauxqs: Fauxqs) {
    this.#fauxqs = fauxqs;
    this.#declared = new DeclaredSubscriptions(fauxqs.db);
    this.#receives = new Receives(fauxqs.db);
  }

  readonly handle: Handle = (request, response) => {
    // A client that takes a queue's URL for the endpoint sends to its path; fauxqs knows the root only.
    request.url = '/';
    this.#fauxqs.app.routing(request, response);
  };

  /** What `work` creates and changes is on disk as a whole or not at all; each change alone would be waited for. */
  together(work: () => void): void {
    const { db } = this.#fauxqs;
    db.exec('BEGIN');
    try {
      work();
      db.exec('COMMIT');
    } catch (error) {
      db.exec('ROLLBACK');
      throw error;
    }
  }

  /**
   * Creates a queue, or gives the one that is there the attributes; its messages stay.
   *
   * @param attributes - under the API's names: `VisibilityTimeout`, `RedrivePolicy` (JSON), …; a name that ends with
   *   `.fifo` makes a FIFO queue
   * @returns its URL: `http://127.0.0.1:4566/000000000000/name`
   */
  createQueue(name: string, attributes: Record<string, string> = {}): string {
    const { queues } = this.#fauxqs;
    const existing = queues.getQueueByName(name);
    if (existing) {
      const { FifoQueue: _, ...changeable } = attributes;
      existing.setAttributes(changeable);
      return existing.url;
    }
    const arn = `arn:aws:sqs:us-east-1:${account}:${name}`;
    return queues.createQueue(name, '', arn, { ...(name.endsWith('.fifo') ? fifo : {}), ...attributes }).url;
  }

  /** For the engine's own reading of a queue; undefined when there is none of this ARN. */
  reader(queueArn: string): QueueReader | undefined {
    const { queues } = this.#fauxqs;
    const queue = queues.getQueueByArn(queueArn);
    return queue && new QueueReader(queue, this.#receives, (arn) => queues.getQueueByArn(arn));
  }

  /**
   * Creates a topic, or gives the one that is there the attributes; its subscriptions stay.
   *
   * @returns its ARN
   */
  createTopic(name: string, attributes: Record<string, string> = {}): string {
    const { topics } = this.#fauxqs;
    const existing = topics.getTopic(`arn:aws:sns:us-east-1:${account}:${name}`);
    if (!existing) return topics.createTopic(name, attributes, undefined, 'us-east-1').arn;
    Object.assign(existing.attributes, attributes);
    topics.persistence?.updateTopicAttributes(existing.arn, existing.attributes);
    return existing.arn;
  }

  /**
   * For what the template declares. Subscribes a queue (`sqs`) or a function (`lambda`) by its ARN, or gives the subscription that is there the attributes:
   * `FilterPolicy` (JSON), `FilterPolicyScope`, `RawMessageDelivery`. Other protocols are kept and not delivered to.
   *
   * @returns the subscription's ARN; undefined when there is no such topic
   */
  subscribe(
    topicArn: string,
    protocol: string,
    endpoint: string,
    attributes: Record<string, string> = {},
  ): string | undefined {
    const { topics } = this.#fauxqs;
    const existing = [...topics.subscriptions.values()].find(
      (one) => one.topicArn === topicArn && one.protocol === protocol && one.endpoint === endpoint,
    );
    if (existing) {
      existing.attributes = attributes;
      existing.parsedFilterPolicy = undefined;
      topics.persistence?.updateSubscriptionAttributes(existing.arn, attributes);
    }
    const arn = existing?.arn ?? topics.subscribe(topicArn, protocol, endpoint, attributes)?.arn;
    if (arn) this.#declared.add(arn);
    return arn;
  }

  /** Ends the subscriptions that the template declared before and has not declared since this was opened. */
  unsubscribeUndeclared(): void {
    for (const arn of this.#declared.gone()) {
      this.#fauxqs.topics.unsubscribe(arn);
      this.#declared.remove(arn);
    }
  }

  /** What happens to messages of topics to which functions are subscribed. To be called once. */
  deliverToFunctions(deliver: DeliverToFunction): void {
    deliverToFunctions(this.#fauxqs, deliver);
  }

  /** Ends waiting receivers and closes the store. */
  close(): Promise<void> {
    return this.#fauxqs.close();
  }
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
const fifo = {
  FifoQueue: 'true',
  ContentBasedDeduplication: 'false',
  DeduplicationScope: 'queue',
  FifoThroughputLimit: 'perQueue',
};
