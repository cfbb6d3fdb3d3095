import { setTimeout as sleep } from 'node:timers/promises';
import {
  DescribeExecutionCommand,
  type ExecutionListItem,
  ListExecutionsCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import { objectIn } from '../../client/json.ts';
import { type Deployment, stackOf } from '../deployment.ts';
import type { Sent } from './source.ts';

/** One that an event has started. */
export interface FoundExecution {
  id: string;
  job: string;
}

const POLL_MILLISECONDS = 300;

/** Looks on as executions start. Made before an event is sent, so that what was there before is known. */
export class Started {
  readonly #client: SFNClient;
  readonly #stateMachineArn: string;
  readonly #known: Set<string>;

  private constructor(client: SFNClient, stateMachineArn: string, known: Set<string>) {
    this.#client = client;
    this.#stateMachineArn = stateMachineArn;
    this.#known = known;
  }

  static async watch(deployment: Deployment): Promise<Started> {
    const { stateMachineArn } = stackOf(deployment);
    const client = new SFNClient(deployment.aws);
    const before = await newest(client, stateMachineArn);
    return new Started(client, stateMachineArn, new Set(before.map(({ executionArn }) => executionArn!)));
  }

  /**
   * The executions that what was sent has started: one for each of its marks, or the first of its source where it has none.
   *
   * @param patience - milliseconds until it gives up and answers what there is
   */
  async by({ source, marks }: Sent, patience: number): Promise<FoundExecution[]> {
    const deadline = Date.now() + patience;
    const missing = new Set(marks);
    const found: FoundExecution[] = [];
    for (;;) {
      for (const { executionArn, name } of await newest(this.#client, this.#stateMachineArn)) {
        if (this.#known.has(executionArn!)) continue;
        this.#known.add(executionArn!);
        const { input } = await this.#client.send(new DescribeExecutionCommand({ executionArn }));
        const request = objectIn(input) as { source?: string; job?: string; event?: string };
        if (request.source !== source) continue;
        // An event that was too large for the input is not looked into: being new and of the source has to do.
        const its = marks.filter((mark) => request.event === undefined || request.event.includes(mark));
        if (marks.length > 0 && its.length === 0) continue;
        found.push({ id: name!, job: request.job ?? '' });
        for (const mark of its) missing.delete(mark);
      }
      const complete = found.length > 0 && missing.size === 0;
      if (complete || Date.now() > deadline) return found;
      await sleep(POLL_MILLISECONDS);
    }
  }
}

async function newest(client: SFNClient, stateMachineArn: string): Promise<ExecutionListItem[]> {
  const { executions = [] } = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 100 }));
  return executions;
}
