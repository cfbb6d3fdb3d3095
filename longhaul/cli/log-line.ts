import { paint } from './terminal.ts';

/** What is shown in its own place. */
const SHOWN = ['level', 'message'];
/** The same in a line of our runtimes, and what who reads the log of one execution knows. */
const SHOWN_OR_KNOWN = [...SHOWN, 'time', 'job', 'id', 'attempt', 'interruptions'];
const COLOURS: Record<string, Parameters<typeof paint>[0]> = { DEBUG: 'dim', WARN: 'yellow', ERROR: 'red' };

/**
 * A line of a log as a person reads it: time, level, message and fields of a structured one, any other as it is.
 *
 * @param at - ISO 8601, when the line was written
 */
export function readableLine(at: string, message: string): string {
  const line = structured(message);
  const ours = line !== undefined && 'interruptions' in line;
  const time = paint('dim', clock(ours && typeof line.time === 'string' ? line.time : at));
  if (!line) return `${time}        ${message.replace(/\r?\n$/, '')}`;
  const level = String(line.level);
  const colour = COLOURS[level.toUpperCase()];
  const mark = level.padEnd(5);
  const left = ours ? SHOWN_OR_KNOWN : SHOWN;
  const fields = Object.entries(line).filter(([name]) => !left.includes(name));
  const shown = fields.map(([name, value]) => field(name, value)).join('');
  return `${time}  ${colour ? paint(colour, mark) : mark} ${line.message}${shown}`;
}

/** Hours to milliseconds, of this machine's time zone. */
function clock(time: string): string {
  const at = new Date(time);
  const [hours, minutes, seconds] = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) =>
    String(part).padStart(2, '0'),
  );
  return `${hours}:${minutes}:${seconds}.${String(at.getMilliseconds()).padStart(3, '0')}`;
}

/** `  rows=1000`; an error's stack on lines of its own. */
function field(name: string, value: unknown): string {
  const stack = (value as { stack?: unknown } | null)?.stack;
  if (typeof stack === 'string') return `\n${stack.replace(/^/gm, '    ')}${causes(value)}`;
  const text =
    typeof value === 'string' ? (/^[^\s"=]+$/.test(value) ? value : JSON.stringify(value)) : JSON.stringify(value);
  return `  ${paint('dim', `${name}=`)}${text}`;
}

function causes(error: unknown): string {
  const { cause } = error as { cause?: { stack?: string; name?: string; message?: string } };
  if (!cause) return '';
  const said = cause.stack ?? `${cause.name}: ${cause.message}`;
  return `\n    caused by:\n${said.replace(/^/gm, '    ')}${causes(cause)}`;
}

/** The object in a line that has a level and a message; undefined for every other line. */
function structured(
  message: string,
): ({ level: unknown; message: string; time?: unknown } & Record<string, unknown>) | undefined {
  if (!message.startsWith('{')) return undefined;
  try {
    const line = JSON.parse(message);
    return typeof line.level === 'string' && typeof line.message === 'string' ? line : undefined;
  } catch {
    return undefined;
  }
}
