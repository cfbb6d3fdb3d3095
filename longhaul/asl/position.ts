import type { HistoryEvent, Journal, Json } from './host.ts';
import type { Variables } from './query/queries.ts';

/** How a branch ended; the execution itself is the branch at `''`. */
export type BranchEnd = { output: Json } | { error: string; cause: string };

/** One iteration of a Map: what the context object shows of it, and what its first state gets. */
export interface MapItem {
  input: Json;
  /** The item itself, when `ItemSelector` made something else of it. */
  value?: Json;
  /** When the items are an object. */
  key?: string;
}

/** What the state that a branch is in does at the moment. */
export type Phase =
  | { type: 'entered' }
  | { type: 'wait'; until: number }
  /** Before a retry. */
  | { type: 'backoff'; until: number }
  | {
      type: 'task';
      id: string;
      arguments: Json;
      /** Milliseconds since the epoch. */
      deadline?: number;
      submitted?: boolean;
    }
  | { type: 'parallel'; input: Json; branches: number }
  | {
      type: 'map';
      items: MapItem[];
      maxConcurrency: number;
      toleratedCount?: number;
      toleratedPercentage?: number;
    };

/** Where a branch is: all that is needed to go on from there. */
export interface Running {
  state: string;
  input: Json;
  /** Those assigned in this branch; the ones outside are in the position of the branch outside. */
  variables: Variables;
  /** Milliseconds since the epoch. */
  enteredTime: number;
  enteredEvent: number;
  /** The event that `enteredEvent` follows. */
  enteredAfter?: number;
  /** The newest event of this branch. */
  lastEvent: number;
  /** Tasks, Parallels and Maps that this branch has launched so far; it numbers them. */
  launches: number;
  /** How often each retrier of the state was used since the state was entered. */
  retries: number[];
  phase: Phase;
  /** Of the execution, in milliseconds since the epoch. */
  deadline?: number;
  /** The events that belong to this step; they are recorded after it was saved. */
  events: HistoryEvent[];
}

export interface Ended<End = BranchEnd> {
  end: End;
  lastEvent: number;
  events: HistoryEvent[];
}

export type Position = Running | Ended;

/** Where the branches that a launch started are kept. Each segment ends in a slash, so that no path is the beginning of a sibling's. */
export function groupPath(path: string, launch: number): string {
  return `${path}${launch}/`;
}

export function childPath(group: string, index: number): string {
  return `${group}${index}/`;
}

export function load(journal: Journal, path: string): Position | undefined {
  return journal.load(path) as unknown as Position | undefined;
}

/**
 * Records what was saved but not recorded when the process ended. A step is saved together with its events before they are recorded, and
 * nothing comes between, so that only the last step can have events that are missing: those with an id beyond the newest one.
 */
export function recordMissing(journal: Journal, path = ''): void {
  const position = load(journal, path);
  if (!position) return;
  for (const event of position.events) if (event.id > journal.lastEventId()) journal.record(event);
  if ('end' in position) return;
  const children = branchCount(position.phase);
  const group = groupPath(path, position.launches);
  for (let index = 0; index < children; index += 1) recordMissing(journal, childPath(group, index));
}

function branchCount(phase: Phase): number {
  if (phase.type === 'map') return phase.items.length;
  return phase.type === 'parallel' ? phase.branches : 0;
}
