import { decodeLogs, type LogsData, type LogsEvent } from 'longhaul/trigger';
import { MalformedEventError, textAt, trigger } from '../trigger.ts';

interface Batch {
  event: LogsEvent;
  data: LogsData;
}

/**
 * Log events that matched a subscription: one stream's at a time, packed, which the job gets as CloudWatch Logs delivers
 * them (`decodeLogs` unpacks them). A batch is told from others by its stream and the ids of all its log events.
 */
export const handler = trigger<LogsEvent, Batch>({
  source: 'logs',
  records(event) {
    const data = unpacked(event);
    return data.messageType === 'CONTROL_MESSAGE' ? [] : [{ event, data }];
  },
  identity({ data }) {
    if (data.logEvents.length === 0) throw new MalformedEventError("'logEvents' must have at least one log event");
    return [data.logGroup, data.logStream, ...data.logEvents.map((event) => textAt(event, 'id'))];
  },
  alone: ({ event }) => event,
});

function unpacked(event: LogsEvent): LogsData {
  try {
    return decodeLogs(event);
  } catch (error) {
    throw new MalformedEventError((error as Error).message);
  }
}
