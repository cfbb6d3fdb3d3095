import type { TestEventPatternCommandInput, TestEventPatternCommandOutput } from '@aws-sdk/client-eventbridge';
import { parsePattern } from '../pattern/index.ts';
import { invalid } from './errors.ts';

/**
 * "The following fields are mandatory" (API reference, TestEventPattern). It names `resources` as well, but AWS accepts events
 * without (recorded: localstack/localstack, all of test_event_pattern).
 */
const MANDATORY = ['id', 'account', 'source', 'time', 'region', 'detail-type'];

export function testEventPattern({ EventPattern = '', Event = '' }: TestEventPatternCommandInput) {
  const fits = parsePattern(EventPattern);
  return { Result: fits(eventFrom(Event)) } satisfies Omit<TestEventPatternCommandOutput, '$metadata'>;
}

function eventFrom(text: string): unknown {
  let event: unknown;
  try {
    event = JSON.parse(text);
  } catch (error) {
    throw invalid(`Parameter Event is not valid. Reason: ${(error as Error).message}`);
  }
  const missing = MANDATORY.filter(
    (name) => typeof event !== 'object' || event === null || !Object.hasOwn(event, name),
  );
  if (missing.length > 0) throw invalid(`Parameter Event is not valid. Reason: it has no ${missing.join(', ')}`);
  return event;
}
