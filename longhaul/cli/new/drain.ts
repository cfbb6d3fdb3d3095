import { PROGRAM } from '../program.ts';
import type { Block } from './app-template.ts';

/** Parameters that name a source of the user's own, which stays. */
const EXISTING = ['QueueArn', 'TopicArn', 'StreamArn'];

/** What the deploy deletes with a trigger's own source. */
const DELETED: Record<string, string> = {
  sqs: 'Stop what sends to its queue, and wait until the queue is empty. The deploy deletes the queue with its messages.',
  sns: 'Stop what publishes to its topic. The deploy deletes the topic.',
  kinesis:
    'Stop what writes to its stream, and wait until the records have started jobs. The deploy deletes the stream.',
  dynamodb: 'Wait until the changes of its table have started jobs. The table stays with its items, outside the stack.',
  alb: 'Stop what sends requests to its load balancer. The deploy deletes the load balancer.',
};

/** What to do before a deploy removes triggers, in this order. */
export function drainSteps(triggers: readonly Block[]): string[] {
  const sources = triggers.flatMap(({ id, location, parameters }) => {
    const [, , kind = ''] = location.split('/');
    const isExisting = EXISTING.some((name) => parameters[name]);
    const step = isExisting
      ? 'Its source is yours and stays. What comes after the deploy starts nothing.'
      : DELETED[kind];
    return step === undefined ? [] : [`${id}: ${step}`];
  });
  return [
    ...sources,
    `Retry the dead letters: ${PROGRAM} dead-letters retry --all --stack STACK. Those that stay are kept for their 14 days, ` +
      'but their queues no longer belong to the stack.',
  ];
}
