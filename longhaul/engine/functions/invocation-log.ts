import { randomBytes } from 'node:crypto';
import type { FunctionDefinition } from './definition.ts';
import { jsonLog, type Report, type SystemLog, textLog } from './system-log.ts';

/** Where log events go: the engine's LogStore. */
export interface LogSink {
  append(group: string, stream: string, events: { timestamp: number; message: string }[]): void;
}

/** The last 4 KB are what `LogType=Tail` gives. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const TAIL = 4096;

/** One process's log stream: its output as it comes, and Lambda's own lines around it. */
export class InvocationLog {
  /** `2026/10/24/[$LATEST]0f…`; in a log group of the user's choice with the function's name before the version. */
  readonly stream: string;
  readonly #sink: LogSink;
  readonly #group: string;
  readonly #system: SystemLog;
  /** What came after the last line break, by pipe. */
  readonly #rest = new Map<string, string>();
  #tail = '';

  constructor(sink: LogSink, { name, logGroup, logFormat }: FunctionDefinition, now = new Date()) {
    this.#sink = sink;
    this.#group = logGroup;
    this.#system = logFormat === 'JSON' ? jsonLog : textLog;
    const day = now.toISOString().slice(0, 10).replaceAll('-', '/');
    const whose = logGroup === `/aws/lambda/${name}` ? '' : name;
    this.stream = `${day}/${whose}[$LATEST]${randomBytes(16).toString('hex')}`;
  }

  initStart(runtime: string): void {
    this.#append(this.#system.initStart(runtime));
  }

  /** @param afterInit - the invocation ended in its initialization, whose output belongs to it */
  start(requestId: string, afterInit = false): void {
    this.#flush();
    if (!afterInit) this.#tail = '';
    this.#append(this.#system.start(requestId));
  }

  /** Output of the process, in pieces as they come from a pipe. */
  output(pipe: 'stdout' | 'stderr', text: string): void {
    const lines = ((this.#rest.get(pipe) ?? '') + text).split('\n');
    this.#rest.set(pipe, lines.pop() ?? '');
    this.#append(lines);
  }

  timeout(requestId: string, text: string): void {
    this.#flush();
    this.#append(this.#system.timeout(requestId, text));
  }

  /** Writes END and REPORT, and gives the end of the invocation's log. */
  end(report: Report): string {
    this.#flush();
    this.#append(this.#system.end(report));
    return this.#tail;
  }

  /** Writes what has no line break yet. */
  #flush(): void {
    const rests = [...this.#rest.values()].filter((rest) => rest !== '');
    this.#rest.clear();
    this.#append(rests);
  }

  #append(lines: string[]): void {
    if (lines.length === 0) return;
    const timestamp = Date.now();
    // The runtime sends the line breaks inside one message as carriage returns.
    const events = lines.map((line) => ({ timestamp, message: `${line.replaceAll('\r', '\n')}\n` }));
    this.#sink.append(this.#group, this.stream, events);
    const text = this.#tail + events.map((event) => event.message).join('');
    this.#tail = Buffer.from(text).subarray(-TAIL).toString('utf8');
  }
}
