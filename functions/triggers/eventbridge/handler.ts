import type { EventBridgeEvent } from 'aws-lambda';
import { MalformedEventError, textAt, trigger } from '../trigger.ts';

type AnyEvent = EventBridgeEvent<string, unknown>;

/**
 * Events of any bus, whatever the rule's pattern. EventBridge delivers at least once, under one id (EventBridge user guide,
 * "Event structure"); ids of different sources may be alike, since an AWS service chooses its own.
 */
export const handler = trigger<AnyEvent, AnyEvent>({
  source: 'eventbridge',
  records(event) {
    if (typeof event === 'object' && event !== null && !Array.isArray(event)) return [event];
    throw new MalformedEventError('An event of EventBridge must be an object with source and id');
  },
  identity: (event) => [textAt(event, 'source'), textAt(event, 'id')],
  alone: (event) => event,
});
