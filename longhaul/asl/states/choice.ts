import type { Branch } from '../branch.ts';
import type { ChoiceRule, ChoiceState } from '../definition/model.ts';
import { unexpectedType } from '../query/queries.ts';
import { type Departure, type Exit, leave } from './leaving.ts';

/**
 * The first rule whose `Condition` is true decides. Of AWS's pages, state-choice.html says that the state's own `Assign` applies
 * whichever rule matches, so it does, for rules and `Default` alike; a rule's `Assign` goes before it for the names that both assign,
 * and a rule's `Output` before the state's. (The specification at states-language.net reads as if the state's own fields were for `Default` only:
 * `Assign` on each rule is what means the same everywhere.)
 *
 * No match and no `Default` is `States.NoChoiceMatched`, which the specification and concepts-error-handling.html list. Step Functions
 * itself has been seen to report it as `States.Runtime`, with this same cause.
 */
export async function choice(branch: Branch, state: ChoiceState): Promise<Exit> {
  const { input } = branch.position;
  for (const [index, rule] of state.Choices.entries()) {
    const field = `Choices[${index}]/Condition`;
    const matched = await branch.query(rule.Condition, field);
    if (typeof matched !== 'boolean') {
      throw branch.queryFailure(unexpectedType(rule.Condition, field, 'boolean', matched));
    }
    if (!matched) continue;
    const own = await leave(branch, { output: input, fields: without(state, rule), next: rule.Next });
    return leave(branch, {
      output: own.output,
      fields: rule,
      next: rule.Next,
      within: `Choices[${index}]/`,
      assigned: own.assigned,
    });
  }
  if (state.Default === undefined) {
    throw branch.failure(
      'States.NoChoiceMatched',
      'Failed to transition out of the state. The state does not point to a next state.',
    );
  }
  return leave(branch, { output: input, fields: state, next: state.Default });
}

/** What is left of the state's own fields beside those of the rule. */
function without(state: ChoiceState, rule: ChoiceRule): Departure['fields'] {
  const assign = Object.entries(state.Assign ?? {}).filter(([name]) => !Object.hasOwn(rule.Assign ?? {}, name));
  return { Assign: Object.fromEntries(assign), Output: rule.Output === undefined ? state.Output : undefined };
}
