import { randomBytes } from 'node:crypto';

/** Where log events go: the engine's LogStore. */
export interface LogSink {
  append(group: string, stream: string, events: { timestamp: number; message: string }[]): void;
}

/** How an invocation ended, for the REPORT line. */
export interface Report {
  requestId: string;
  /** Milliseconds. */
  duration: number;
  /** Milliseconds; only of the invocation for which the process was started. */
  initDuration: number | undefined;
  memorySize: number;
  maxRssKb: number | undefined;
  status: 'timeout' | 'error' | undefined;
  errorType: string | undefined;
}

/** `2026/10/24/[$LATEST]0f…`: the stream of one process. */
export function logStreamName(now: Date): string {
  return `${now.toISOString().slice(0, 10).replaceAll('-', '/')}/[$LATEST]${randomBytes(16).toString('hex')}`;
}

/** The last 4 KB are what `LogType=Tail` gives. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const TAIL = 4096;

/** One process's log stream: its output as it comes, and Lambda's own START, END and REPORT lines around it. */
export class InvocationLog {
  readonly stream: string;
  readonly #store: LogSink;
  readonly #group: string;
  /** What came after the last line break, by pipe. */
  readonly #rest = new Map<string, string>();
  #tail = '';

  constructor(store: LogSink, group: string, now = new Date()) {
    this.#store = store;
    this.#group = group;
    this.stream = logStreamName(now);
  }

  initStart(runtime: string): void {
    this.#append([`INIT_START Runtime Version: ${runtime}`]);
  }

  start(requestId: string): void {
    this.flush();
    this.#tail = '';
    this.#append([`START RequestId: ${requestId} Version: $LATEST`]);
  }

  /** Output of the process, in pieces as they come from a pipe. */
  output(pipe: 'stdout' | 'stderr', text: string): void {
    const lines = ((this.#rest.get(pipe) ?? '') + text).split('\n');
    this.#rest.set(pipe, lines.pop() ?? '');
    this.#append(lines);
  }

  line(text: string): void {
    this.flush();
    this.#append([text]);
  }

  /** Writes END and REPORT, and gives the end of the invocation's log. */
  end(report: Report): string {
    this.flush();
    const fields = [
      `REPORT RequestId: ${report.requestId}`,
      `Duration: ${report.duration.toFixed(2)} ms`,
      `Billed Duration: ${Math.ceil(report.duration + (report.initDuration ?? 0))} ms`,
      `Memory Size: ${report.memorySize} MB`,
      `Max Memory Used: ${Math.ceil((report.maxRssKb ?? 0) / 1024)} MB`,
      ...(report.initDuration === undefined ? [] : [`Init Duration: ${report.initDuration.toFixed(2)} ms`]),
      ...(report.status ? [`Status: ${report.status}`] : []),
      ...(report.errorType ? [`Error Type: ${report.errorType}`] : []),
    ];
    this.#append([`END RequestId: ${report.requestId}`, `${fields.join('\t')}\t`]);
    return this.#tail;
  }

  /** Writes what has no line break yet. */
  flush(): void {
    const rests = [...this.#rest.values()].filter((rest) => rest !== '');
    this.#rest.clear();
    this.#append(rests);
  }

  #append(lines: string[]): void {
    if (lines.length === 0) return;
    const timestamp = Date.now();
    // The runtime sends the line breaks inside one message as carriage returns.
    const events = lines.map((line) => ({ timestamp, message: `${line.replaceAll('\r', '\n')}\n` }));
    this.#store.append(this.#group, this.stream, events);
    this.#tail = Buffer.from(this.#tail + events.map((event) => event.message).join(''))
      .subarray(-TAIL)
      .toString('utf8');
  }
}
