import {
  DescribeExecutionCommand,
  type ExecutionListItem,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import type { JobDefinition } from 'longhaul';
import { type Stack, type Started, stackFromEnvironment } from 'longhaul/trigger';
import { logger } from '../../logger.ts';
import { triggerLambda } from '../../middleware/index.ts';
import { readRecord, writeRecord } from '../../record.ts';
import { canNeverWork } from '../can-never-work.ts';
import { allFollowers, doneBy, startFollowers } from './followers.ts';
import { followersAt, lookBackTo, nextRecord, type SweepRecord, worthALook } from './missed.ts';

const client = new SFNClient({});

/** Written by every sweep, so that the bucket's lifecycle does not come to it. */
const KEY = 'chains/sweep.json';

/** Pages of 1,000 executions that one sweep reads at most: more than a function with this timeout can follow. */
const MOST_PAGES = 20;
const AT_ONCE = 10;

type Ended = ExecutionListItem & { name: string; stopDate: Date };

/**
 * Starts what an event should have started that was never announced (Step Functions sends its events on a best-effort basis): looks at
 * the executions that have succeeded since the last sweep, whatever there was before. The first sweep only notes when it was.
 */
export const handler = triggerLambda(async (): Promise<Started[]> => {
  const now = new Date();
  const stack = stackFromEnvironment();
  const followers = await allFollowers();
  const last = await readRecord<SweepRecord>(stack.artifactsBucket, KEY);
  const record = nextRecord(followers, last, now);
  const started = last ? await startMissed(stack, followers, record, lookBackTo(last, now)) : [];
  await writeRecord(stack.artifactsBucket, KEY, record);
  return started;
});

async function startMissed(
  { stateMachineArn }: Stack,
  followers: JobDefinition[],
  record: SweepRecord,
  from: Date,
): Promise<Started[]> {
  // The oldest first: a sweep that does not come to its end has done what would be forgotten first.
  const candidates = worthALook(await succeededSince(stateMachineArn, from), followers).reverse();
  const started: Started[] = [];
  const failures: Error[] = [];
  const look = async (execution: Ended): Promise<void> => {
    try {
      started.push(...(await follow(execution, followers, record)));
    } catch (error) {
      if (!canNeverWork(error as Error)) failures.push(error as Error);
    }
  };
  for (let index = 0; index < candidates.length; index += AT_ONCE) {
    await Promise.all(candidates.slice(index, index + AT_ONCE).map(look));
  }
  if (failures.length === 0) return started;
  throw new AggregateError(
    failures,
    `${failures.length} of ${candidates.length} not followed: ${failures[0]?.message}`,
  );
}

/** "Other executions are sorted by their stopDate", the most recent first (ListExecutions): what is older is not read. */
async function succeededSince(stateMachineArn: string, from: Date): Promise<Ended[]> {
  const all: Ended[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await client.send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter: 'SUCCEEDED', maxResults: 1000, nextToken }),
    );
    const executions = (answer.executions ?? []) as Ended[];
    all.push(...executions.filter(({ stopDate }) => stopDate >= from));
    nextToken = answer.nextToken;
    if (!nextToken || executions.some(({ stopDate }) => stopDate < from)) return all;
  }
  logger.warn('More has succeeded than one sweep looks at; the oldest of it are left out', { looked: all.length });
  return all;
}

async function follow(
  { executionArn, name, stopDate }: Ended,
  followers: JobDefinition[],
  record: SweepRecord,
): Promise<Started[]> {
  const { input = '' } = await client.send(new DescribeExecutionCommand({ executionArn }));
  const done = doneBy(name, input);
  return done ? startFollowers(done, followersAt(followers, done.job, stopDate, record)) : [];
}
