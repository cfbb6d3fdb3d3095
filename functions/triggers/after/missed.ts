import type { JobDefinition } from 'longhaul';
import { executionName } from 'longhaul/trigger';

/** What the last sweep left for the next one. Times are ISO 8601, in UTC. */
export interface SweepRecord {
  /** Everything that ended before has been looked at. */
  until: string;
  /** When each pair of jobs (`hello-world after csv-report`) was first seen: what ended before starts nothing. */
  since: Record<string, string>;
}

/** An execution that has succeeded, as a list of them tells it. */
export interface Succeeded {
  name: string;
  stopDate: Date;
}

/** Lists of executions are complete with a delay, of which AWS says no number (ListExecutions is "eventually consistent"). */
const OVERLAP = 3_600_000;

/** What has failed for so long is not tried again: it is in the dead letters, or somebody has seen the log. */
const LONGEST = 3 * 24 * 3_600_000;

const pairOf = ({ name, after }: JobDefinition): string => `${name} after ${after?.name}`;

/** The record of a sweep that begins now. A pair of jobs that the last one did not know counts from now on. */
export function nextRecord(followers: JobDefinition[], last: SweepRecord | undefined, now: Date): SweepRecord {
  const pairs = followers.map(pairOf);
  const since = pairs.map((pair) => [pair, last?.since[pair] ?? now.toISOString()]);
  return { until: now.toISOString(), since: Object.fromEntries(since) };
}

/** The end from which on executions are looked at again. */
export function lookBackTo({ until }: SweepRecord, now: Date): Date {
  return new Date(Math.max(Date.parse(until) - OVERLAP, now.getTime() - LONGEST));
}

/** Of these jobs, those that come after `job` and were there already when an execution of it ended. */
export function followersAt(
  followers: JobDefinition[],
  job: string,
  end: Date,
  { since }: SweepRecord,
): JobDefinition[] {
  return followers.filter(
    (follower) => follower.after?.name === job && Date.parse(since[pairOf(follower)] ?? '') <= end.getTime(),
  );
}

/**
 * Of the executions that have succeeded, those that may lack a follower: all but those whose own name says that no job follows
 * theirs, or that each one has succeeded as well. To start the others again is harmless.
 */
export function worthALook<One extends Succeeded>(succeeded: One[], followers: JobDefinition[]): One[] {
  const names = new Set(succeeded.map(({ name }) => name));
  return succeeded.filter(({ name }) => {
    const [, id, job] = /^((.+)-[0-9a-f]{32})(?:-r\d+)?$/.exec(name) ?? [];
    if (id === undefined) return true; // somebody chose this name: only the execution's input says which job it is
    return followers
      .filter(({ after }) => after?.name === job)
      .some((follower) => !names.has(executionName(follower.name, ['after', id])));
  });
}
