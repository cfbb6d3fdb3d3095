import { gunzipSync } from 'node:zlib';

/** What CloudWatch Logs delivers to a function, and so to a job. */
export interface LogsEvent {
  awslogs: {
    /** Base64 of gzip of the JSON of `LogsData`. */
    data: string;
  };
}

/** Log events of one stream that matched a subscription. */
export interface LogsData {
  /** `CONTROL_MESSAGE` says only that the destination can be reached. */
  messageType: 'DATA_MESSAGE' | 'CONTROL_MESSAGE';
  /** Account id of the log group. */
  owner: string;
  logGroup: string;
  logStream: string;
  subscriptionFilters: string[];
  /** `timestamp` in milliseconds since the epoch; `extractedFields` where the filter's pattern names columns. */
  logEvents: { id: string; timestamp: number; message: string; extractedFields?: Record<string, string> }[];
}

/** Bytes: far above what CloudWatch Logs packs into an event of 6 MB, far below what would end a function. */
const LARGEST = 128 * 1024 * 1024;

/**
 * Reads an event of CloudWatch Logs, as the trigger `logs` hands it to a job.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-cloudwatchlogs.html
 *
 * ```ts
 * for (const { timestamp, message } of decodeLogs(event).logEvents) …
 * ```
 *
 * @throws TypeError when it is not such an event; says what is wrong, without what it holds
 */
export function decodeLogs(event: unknown): LogsData {
  const packed = (event as Partial<LogsEvent> | null | undefined)?.awslogs?.data;
  if (typeof packed !== 'string' || packed === '') {
    throw new TypeError(
      `'awslogs.data' must be a string that is not empty; it is ${packed === '' ? 'empty' : typeof packed}`,
    );
  }
  let data: LogsData | null;
  try {
    data = JSON.parse(gunzipSync(Buffer.from(packed, 'base64'), { maxOutputLength: LARGEST }).toString('utf8'));
  } catch (error) {
    throw new TypeError("'awslogs.data' must be base64 of gzip of JSON, of at most 128 MiB", { cause: error });
  }
  if (typeof data?.logGroup !== 'string' || typeof data.logStream !== 'string' || !Array.isArray(data.logEvents)) {
    throw new TypeError("'awslogs.data' must hold an object with logGroup, logStream and a list logEvents");
  }
  return data;
}
