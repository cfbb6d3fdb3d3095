import { z } from 'zod';
import { type Json, StateError, type TaskRunner } from './host.ts';

const entry = z.union(
  [
    z.strictObject({ return: z.json() }),
    z.strictObject({ throw: z.strictObject({ error: z.string(), cause: z.string().optional() }) }),
  ],
  { error: 'must be { "return": … } or { "throw": { "error": "…", "cause": "…" } }' },
);

/** What the tasks of each state answer: in order, the last one again and again. */
export const mocksSchema = z.record(z.string(), z.array(entry).min(1, { error: 'must have at least one answer' }));

export type Mocks = z.infer<typeof mocksSchema>;

/** Answers tasks from what was given for their states. */
export function mockedTasks(mocks: Mocks): TaskRunner {
  const asked = new Map<string, number>();
  return async ({ state }) => {
    const answers = Object.hasOwn(mocks, state) ? mocks[state] : undefined;
    if (!answers) {
      // An error that nothing catches or retries: it is the call that is wrong, not the task.
      throw new StateError(
        'States.Runtime',
        `The Task state '${state}' has no result to take: give one for it in the JSON file of the option --mocks, ` +
          `such as { ${JSON.stringify(state)}: [{ "return": { } }] }`,
      );
    }
    const turn = asked.get(state) ?? 0;
    asked.set(state, turn + 1);
    const answer = answers[Math.min(turn, answers.length - 1)] as Mocks[string][number];
    if ('throw' in answer) throw new StateError(answer.throw.error, answer.throw.cause);
    return answer.return as Json;
  };
}
