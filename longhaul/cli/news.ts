import type { ExecutionDescription } from '../client/describe.ts';
import { times } from './words.ts';

/** What happened to an execution between two looks, in words; the first time, what is to be said of it as it is. */
export function newsOf(before: ExecutionDescription | undefined, now: ExecutionDescription): string[] {
  if (now.status !== 'RUNNING') return [];
  const news: string[] = [];
  const interruptions = before?.interruptions ?? now.interruptions;
  if (now.interruptions > interruptions) {
    news.push(`Capacity taken away (${times(now.interruptions)}): it goes on from its last checkpoint.`);
  }
  if (before && before.attempt > 0 && now.attempt > before.attempt) {
    const why = now.reason ? `: ${now.reason}` : '';
    news.push(`Attempt ${before.attempt} failed${why}`);
    news.push(`Attempt ${now.attempt} of ${now.maxAttempts} begins.`);
  }
  const moved = before?.capacity === 'spot' && now.capacity === 'onDemand';
  if (moved || (!before && now.capacityReason))
    news.push(sentence(now.capacityReason ?? 'It runs on demand from now on.'));
  if (now.waitingFor && now.waitingFor !== before?.waitingFor) news.push(`Waits for ${now.waitingFor}.`);
  const runs = now.container?.status === 'RUNNING' && now.container.id;
  if (runs && (before?.container?.status !== 'RUNNING' || before.container.id !== runs)) {
    news.push(`Runs on ${now.capacity === 'onDemand' ? 'capacity on demand' : 'Spot capacity'}.`);
  }
  return news;
}

const sentence = (text: string): string =>
  `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!]$/.test(text) ? '' : '.'}`;
