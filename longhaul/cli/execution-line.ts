import type { ExecutionNews } from '../engine/index.ts';
import { shortId } from './execution-id.ts';
import { plainStatus, statusWord } from './status.ts';
import { harmless, paint } from './terminal.ts';
import { duration, localTime, times } from './words.ts';

/** One line of `longhaul start` for what happened to an execution, with time and id, of at most `width` columns. */
export function executionLine(news: ExecutionNews, width: number, now: Date = new Date()): string {
  const before = `${localTime(now).slice(-8)}  ${shortId(news.id)}  `;
  const { word, rest } = inWords(news);
  const room = Math.max(0, width - before.length - word.plain.length);
  const cut = rest.length > room ? `${rest.slice(0, Math.max(0, room - 1))}…` : rest;
  return `${paint('dim', before)}${word.painted}${harmless(cut)}`;
}

function inWords(news: ExecutionNews): { word: { plain: string; painted: string }; rest: string } {
  const plainly = (word: string, rest: string) => ({ word: { plain: word, painted: word }, rest });
  switch (news.what) {
    case 'started':
      return plainly('started', news.source === undefined ? '' : ` by ${oneLine(news.source)}`);
    case 'interrupted':
      return plainly('interrupted', ` ${times(news.interruptions)}, continues on ${placeOf(news.capacity)}`);
    case 'retried':
      return plainly('failed', `, attempt ${news.attempt} of ${news.maxAttempts} begins`);
    case 'ended': {
      const reason = news.status === 'SUCCEEDED' || !news.reason ? '' : `: ${oneLine(news.reason)}`;
      const word = { plain: plainStatus(news.status), painted: statusWord(news.status) };
      return { word, rest: ` after ${duration(news.seconds * 1000)}${reason}` };
    }
  }
}

const placeOf = (capacity: 'spot' | 'on-demand') => (capacity === 'spot' ? 'Spot capacity' : 'capacity on demand');
const oneLine = (text: string) => text.replace(/\s+/g, ' ').trim();
