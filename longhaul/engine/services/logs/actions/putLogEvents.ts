import type { PutLogEventsCommandInput, PutLogEventsCommandOutput } from '@aws-sdk/client-cloudwatch-logs';
import { checkName, invalid, requireGroup, requireStream } from '../errors.ts';
import type { LogEvent, LogStore } from '../log-store.ts';

const hour = 3_600_000;

/** The limits are those of https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
export function putLogEvents(store: LogStore, input: PutLogEventsCommandInput) {
  const group = requireGroup(store, { logGroupName: checkName('logGroupName', input.logGroupName) });
  const stream = checkName('logStreamName', input.logStreamName);
  requireStream(store, group, stream);
  const events = checkEvents(input.logEvents ?? []);

  const now = Date.now();
  const tooOld = events.findLastIndex(({ timestamp }) => timestamp < now - 14 * 24 * hour);
  const tooNew = events.findIndex(({ timestamp }) => timestamp > now + 2 * hour);
  const accepted = events.slice(tooOld + 1, tooNew < 0 ? undefined : tooNew);
  if (accepted.length > 0 && accepted.at(-1)!.timestamp - accepted[0]!.timestamp > 24 * hour) {
    throw invalid('The batch of log events in a single PutLogEvents request cannot span more than 24 hours.');
  }
  store.append(group, stream, accepted);
  const rejected = {
    ...(tooOld >= 0 ? { tooOldLogEventEndIndex: tooOld + 1 } : {}),
    ...(tooNew >= 0 ? { tooNewLogEventStartIndex: tooNew } : {}),
  };
  return {
    nextSequenceToken: String(now),
    ...(Object.keys(rejected).length > 0 ? { rejectedLogEventsInfo: rejected } : {}),
  } satisfies Omit<PutLogEventsCommandOutput, '$metadata'>;
}

function checkEvents(given: { timestamp?: number | undefined; message?: string | undefined }[]): LogEvent[] {
  if (given.length < 1 || given.length > 10_000) {
    throw invalid(`logEvents has ${given.length} events; a batch has 1 to 10,000.`);
  }
  let size = 0;
  const events = given.map(({ timestamp, message }, index) => {
    if (typeof timestamp !== 'number' || typeof message !== 'string' || message === '') {
      throw invalid(`logEvents.${index + 1}.member must have a timestamp and a message that is not empty.`);
    }
    size += Buffer.byteLength(message) + 26;
    return { timestamp, message };
  });
  if (size > 1_048_576) throw invalid(`Upload too large: ${size} bytes exceeds limit of 1048576`);
  if (events.some(({ timestamp }, index) => index > 0 && timestamp < events[index - 1]!.timestamp)) {
    throw invalid('Log events in a single PutLogEvents request must be in chronological order.');
  }
  return events;
}
