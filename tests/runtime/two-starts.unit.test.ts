import { describe, expect, it } from 'vitest';
import { explore, type Numbers, type Reached, type Scenario } from './two-starts.ts';

const first: Numbers = { attempt: 1, interruptions: 0 };
const second: Numbers = { attempt: 1, interruptions: 1 };
const third: Numbers = { attempt: 1, interruptions: 2 };

/** Milliseconds, for thousands of states on a busy machine. */
const PATIENTLY = 300_000;

const entry = (content: object) =>
  JSON.stringify({ launch: { execution: 'model-1', ...first }, writer: 'earlier', write: 3, at: '', ...content });
const checkpoint = { 'checkpoint/state.json': entry({ state: { by: 'earlier' } }) };
const result = { by: 'earlier' };

const scenarios: [string, Scenario][] = [
  ['the first start and its successor', { launches: [first, second] }],
  ['two under the same numbers', { launches: [first, first] }],
  ['two that find a checkpoint', { launches: [second, third], left: checkpoint }],
  ['two that find a result', { launches: [second, third], left: { 'checkpoint/state.json': entry({ result }) } }],
  ['two that find only result.json', { launches: [second, third], left: { 'result.json': JSON.stringify(result) } }],
];
const savers: [string, Scenario] = ['two that save checkpoints', { launches: [first, second], saves: true }];

describe('whatever the order of the requests to S3, no result is lost, made twice or failed', () => {
  it.each([...scenarios, savers])('by %s', (_, scenario) => check(scenario), PATIENTLY);

  it.each(scenarios)('by %s, when an answer is lost', (_, scenario) => check({ ...scenario, losses: 1 }), PATIENTLY);
});

async function check(scenario: Scenario): Promise<void> {
  const states = await explore(scenario, async (reached) => {
    const wrong = await problemOf(reached, scenario);
    if (wrong) throw new Error(`${wrong}:\n${reached.steps.join('\n')}`);
  });
  expect(states).toBeGreaterThan(100);
}

/** What is wrong with a state, if anything is. */
async function problemOf(reached: Reached, { launches }: Scenario): Promise<string | undefined> {
  const { ends, results } = reached;
  if (results.size > 1) return `There are two results, ${[...results].join(' and ')}`;
  const outcomes = Object.values(ends).map(({ outcome }) => outcome);
  const wrong = outcomes.find((outcome) => outcome !== 'done' && outcome !== 'superseded');
  if (wrong) return `A start ended as ${wrong}`;
  if (outcomes.length === 2 && !outcomes.includes('done')) return 'Both ended, and neither has done the job';
  // Nobody may take over from the later one: the state machine waits for its end.
  if (launches[0] !== launches[1] && ends.B?.outcome === 'superseded') return 'The later start was superseded';
  const next = await reached.successor();
  if (next.outcome !== 'done') return `A start after both ended as ${next.outcome}`;
  const [known] = results;
  if (known !== undefined && next.result !== known) return `A start after both turned ${known} into ${next.result}`;
  if (known !== undefined && next.worked) return 'A start after both did the finished work again';
  return undefined;
}
