import { expect, test } from 'vitest';
import { execute } from '../../longhaul/asl/execute.ts';
import { parseDefinition } from '../../longhaul/asl/index.ts';
import { MemoryJournal } from '../../longhaul/asl/memory-journal.ts';
import { context, hostOf, output } from './world.ts';

const counting = {
  StartAt: 'Count',
  States: {
    Count: { Type: 'Pass', Output: '{% $states.input + 1 %}', Next: 'Enough' },
    Enough: {
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input >= 30000 %}', Next: 'Done' }],
      Default: 'Count',
    },
    Done: { Type: 'Succeed' },
  },
};

test('tens of thousands of turns of a loop need no more stack and keep nothing', async () => {
  let kept = 0;
  const journal = new MemoryJournal();
  const save = journal.save.bind(journal);
  journal.save = (path, position) => {
    kept = Math.max(kept, JSON.stringify(position).length);
    save(path, position);
  };
  const outcome = await execute(parseDefinition(JSON.stringify({ QueryLanguage: 'JSONata', ...counting })), {
    input: 0,
    context,
    host: { ...hostOf({}), journal },
    signal: new AbortController().signal,
  });
  expect(outcome).toEqual({ status: 'SUCCEEDED', output: 30_000 });
  expect(kept).toBeLessThan(2_000);
});

test('a loop that waits for nothing lets others have a turn', async () => {
  let turns = 0;
  const ticking = setInterval(() => {
    turns += 1;
  }, 0);
  try {
    expect(await output(counting, { input: 25_000 })).toBe(30_000);
  } finally {
    clearInterval(ticking);
  }
  expect(turns).toBeGreaterThan(0);
});
