import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import type { AwsOptions } from './aws.ts';

export interface StreamPage {
  /** `timestamp` in milliseconds since the epoch. */
  events: { timestamp: number; message: string }[];
  /** Where the next page begins; undefined while there is no stream. */
  token: string | undefined;
  /** Nothing stands behind this page as yet. */
  isEnd: boolean;
}

/** CloudWatch Logs, as far as the log of a container is read. */
export class LogStreams {
  readonly #logs: CloudWatchLogsClient;

  constructor(options: AwsOptions) {
    this.#logs = new CloudWatchLogsClient(options);
  }

  /**
   * A page from the beginning, or behind the one that `token` came with. A stream that is not there (yet) is empty.
   *
   * @param limit - 1 to 10,000 events; CloudWatch gives no more than 1 MB of them
   */
  async read(log: { group: string; stream: string }, token: string | undefined, limit: number): Promise<StreamPage> {
    try {
      const { events = [], nextForwardToken } = await this.#logs.send(
        new GetLogEventsCommand({
          logGroupName: log.group,
          logStreamName: log.stream,
          startFromHead: true,
          nextToken: token,
          limit,
        }),
      );
      return {
        events: events.map(({ timestamp = 0, message = '' }) => ({ timestamp, message })),
        token: nextForwardToken,
        // GetLogEvents: "If you have reached the end of the stream, it returns the same token you passed in"; a page may be
        // empty before.
        isEnd: nextForwardToken === token,
      };
    } catch (error) {
      if ((error as Error).name !== 'ResourceNotFoundException') throw error;
      return { events: [], token, isEnd: true };
    }
  }
}
