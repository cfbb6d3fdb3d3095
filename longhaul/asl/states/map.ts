import type { Branch } from '../branch.ts';
import type { MapState } from '../definition/model.ts';
import { mapIteration } from '../history.ts';
import { type Json, StateError } from '../host.ts';
import { holdToLimit } from '../limits.ts';
import type { MapItem, Phase } from '../position.ts';
import { QueryError, unexpectedType } from '../query/queries.ts';
import { groupFailed, groupSucceeded, runGroup } from './group.ts';
import { type Exit, leave } from './leaving.ts';
import { numberField } from './number-field.ts';

type MapPhase = Extract<Phase, { type: 'map' }>;

/** What an inline Map runs at a time at most (state-map-inline.html). */
const mostConcurrent = 40;

/**
 * One iteration of `ItemProcessor` for each item; the result is the array of their outputs. Without a tolerance the first failure fails
 * the state with the iteration's own error.
 */
export async function map(branch: Branch, state: MapState): Promise<Exit> {
  const { phase, state: name } = branch.position;
  let result: Json;
  try {
    const { items, ...settings } = phase.type === 'map' ? phase : await start(branch, state);
    result = await runGroup(branch, {
      count: items.length,
      concurrency: Math.min(settings.maxConcurrency || mostConcurrent, mostConcurrent),
      member: (index) => {
        const item = items[index] as MapItem;
        return {
          machine: state.ItemProcessor,
          input: item.input,
          begin: [mapIteration('Started', name, index)],
          iteration: { index, item },
        };
      },
      ended: (index, end) => [mapIteration(end, name, index)],
      failure: (failures, { error, cause }) => {
        if (tolerated(settings, failures, items.length)) return undefined;
        if (settings.toleratedCount === undefined && settings.toleratedPercentage === undefined) {
          return new StateError(error, cause);
        }
        return new StateError(
          'States.ExceedToleratedFailureThreshold',
          'The specified tolerated failure threshold was exceeded',
        );
      },
    });
    holdToLimit(result, name);
  } catch (error) {
    groupFailed(branch, state, error);
    throw error;
  }
  branch.emit(groupSucceeded('Map'));
  return leave(branch, { output: result, fields: state, next: state.Next, states: { result } });
}

/** Both thresholds hold when both are given: the state fails when either is passed (state-map-distributed.html). */
function tolerated(
  { toleratedCount, toleratedPercentage }: Omit<MapPhase, 'items'>,
  failures: number,
  items: number,
): boolean {
  if (toleratedCount === undefined && toleratedPercentage === undefined) return false;
  if (toleratedCount !== undefined && failures > toleratedCount) return false;
  return toleratedPercentage === undefined || (failures / items) * 100 <= toleratedPercentage;
}

async function start(branch: Branch, state: MapState): Promise<MapPhase> {
  const { position } = branch;
  const whole = { least: 0, most: Number.MAX_SAFE_INTEGER, whole: true };
  const percent = { least: 0, most: 100, whole: false };
  const items = await select(branch, state, await itemsOf(branch, state));
  const maxConcurrency = (await numberField(branch, 'MaxConcurrency', state.MaxConcurrency, whole)) ?? 0;
  const count = await numberField(branch, 'ToleratedFailureCount', state.ToleratedFailureCount, whole);
  const percentage = await numberField(branch, 'ToleratedFailurePercentage', state.ToleratedFailurePercentage, percent);
  const phase: MapPhase = {
    type: 'map',
    items,
    maxConcurrency,
    ...(count !== undefined && { toleratedCount: count }),
    ...(percentage !== undefined && { toleratedPercentage: percentage }),
  };
  branch.emit({ type: 'MapStateStarted', details: { mapStateStartedEventDetails: { length: items.length } } });
  branch.save({ phase, launches: position.launches + 1 });
  return phase;
}

/**
 * Without `Items` the state's input is iterated over. An object is iterated over by its keys (state-map.html, "Items";
 * input-output-itemspath.html says the same of an input).
 */
async function itemsOf(branch: Branch, state: MapState): Promise<MapItem[]> {
  const items = state.Items === undefined ? branch.position.input : await branch.query(state.Items, 'Items');
  if (Array.isArray(items)) return items.map((input) => ({ input }));
  if (typeof items === 'object' && items !== null) {
    return Object.entries(items).map(([key, input]) => ({ key, input: input ?? null }));
  }
  if (state.Items !== undefined) throw branch.queryFailure(unexpectedType(state.Items, 'Items', 'array', items));
  // Recorded: localstack/localstack, test_base_scenarios.py, test_map_state_items_input_types.
  const message = `Map state input must be an array but was: ${JSON.stringify(items)}`;
  throw branch.queryFailure(new QueryError(undefined, message));
}

async function select(branch: Branch, state: MapState, items: MapItem[]): Promise<MapItem[]> {
  if (state.ItemSelector === undefined) return items;
  const selected: MapItem[] = [];
  for (const [index, item] of items.entries()) {
    const input = await branch.query(state.ItemSelector, 'ItemSelector', {}, { index, item });
    holdToLimit(input, branch.position.state);
    selected.push({ ...item, value: item.input, input });
  }
  return selected;
}
