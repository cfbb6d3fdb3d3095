import type { Deployment } from '../deployment.ts';
import type { Given } from './given.ts';

/** What was sent, and how the executions that it starts are known. */
export interface Sent {
  /** For people: `the queue longhaul-Queue-…`. */
  to: string;
  /** What the executions have as their `source`. */
  source: string;
  /** One for each execution to come: a text that only its event has, such as a message's id. Empty where the service gives none. */
  marks: string[];
  /** The execution itself, where the answer names it. */
  id?: string;
}

/** A service that events come from. */
export interface EventSource {
  /** One line for `--help`. */
  description: string;
  /** The function whose sample is sent without a file: `events/SqsTrigger.json`. Undefined for a source that takes no event. */
  sample?: string;
  /** Whether it can be sent to a stack on AWS, or why not. */
  onAws: true | string;
  /** @throws Error that says what the stack lacks, or what the service answers */
  send(given: Given, deployment: Deployment, options: { schedule: string }): Promise<Sent>;
}

/** @throws Error that says which output the stack lacks, and why it may */
export function output({ outputs }: Deployment, name: string, remedy = ''): string {
  const value = outputs[name];
  if (value) return value;
  throw new Error(`The stack has no output ${name}.${remedy && ` ${remedy}`}`);
}
