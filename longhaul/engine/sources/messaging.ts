import type { Functions } from '../functions/index.ts';
import { declareMessaging } from '../provision.ts';
import { MessagingOnDemand, type MessagingOptions } from '../services/messaging/index.ts';
import type { Resource } from '../template/model.ts';
import { snsEvents, startSnsSources } from './sns.ts';
import { startSqsSources } from './sqs.ts';
import { sqsMappings } from './sqs-mapping.ts';

export interface MessagingSourcesOptions extends MessagingOptions {
  resources: Resource[];
  functions: Pick<Functions, 'enqueue' | 'invoke'>;
  /** What the user should be told. */
  onNotice(message: string): void;
}

/**
 * SQS and SNS with what the template declares of them, and the functions that take their messages. They are opened when somebody
 * first asks, or by `start`.
 *
 * @throws Error for an event source mapping that is not valid
 */
export function messagingSources({ resources, functions, onNotice, ...options }: MessagingSourcesOptions) {
  const mappings = sqsMappings(resources);
  const messaging = new MessagingOnDemand({
    ...options,
    declare(opened) {
      declareMessaging(resources, opened);
      startSnsSources({ resources, functions, messaging: opened, onNotice });
      opened.unsubscribeUndeclared();
    },
    read: (opened) => startSqsSources({ mappings, functions, messaging: opened, onNotice }),
  });

  /** Whether something is said of a source when it is connected: that it is not here, or is connected in another way. */
  function hasNotices(): boolean {
    const here = new Set(
      resources.map(({ type, ref, attributes }) => (type === 'AWS::SQS::Queue' ? attributes.Arn : ref)),
    );
    return (
      mappings.some(({ queueArn }) => !here.has(queueArn)) ||
      snsEvents(resources).some(({ properties }) => !here.has(properties.Topic) || properties.SqsSubscription)
    );
  }

  return {
    services: messaging.services,
    /** Opens them at once when an earlier engine left messages, or when the user has to be told something. */
    start(): void {
      if (!messaging.holdsMessages() && !hasNotices()) return;
      messaging.open().catch((error: Error) => onNotice(error.message));
    },
    stopReading: () => messaging.stopReading(),
    close: () => messaging.close(),
  };
}
