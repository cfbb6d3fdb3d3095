import type { ExecutionDescription } from '../client/describe.ts';
import type { DeploymentOptions } from './deployment.ts';
import { commandLine, whatResumeDoes } from './hints.ts';
import { meaningOf } from './job-exit-codes.ts';
import { progressInWords } from './progress-words.ts';
import { jsonInShort } from './short-json.ts';
import { starts, statusWord } from './status.ts';
import { paint, terminalWidth } from './terminal.ts';
import { ago, duration, localTime } from './words.ts';

const LABEL = 14;
/** As the state machine is given the time of a start. */
const ISO_TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/;

/**
 * An execution in the order in which people ask: how it stands, since when, where it runs or why not yet, how far it is, what came
 * of it, where everything is, and what can be done next.
 */
export function describedInWords(
  description: ExecutionDescription,
  where: DeploymentOptions,
  { now = Date.now(), width = terminalWidth() }: { now?: number; width?: number } = {},
): string {
  const { id, status, startedAt, stoppedAt } = description;
  const took = duration((stoppedAt ? Date.parse(stoppedAt) : now) - Date.parse(startedAt));
  const headline = [
    `${statusWord(status)} ${status === 'RUNNING' ? 'for' : 'after'} ${took}`,
    starts(description),
  ].filter(Boolean);
  const rows = rowsOf(description, where, now).filter((row): row is [string, string] => Boolean(row[1]));
  return [
    paint('bold', id),
    headline.join(', '),
    '',
    ...rows.map(([label, text]) => labelled(label, text, width)),
  ].join('\n');
}

/** A text behind its label, where it goes on below itself; on a terminal, broken between words. */
export function labelled(label: string, text: string, width: number | undefined): string {
  return `${paint('dim', label.padEnd(LABEL))}${hanging(text, width)}`;
}

function rowsOf(
  description: ExecutionDescription,
  where: DeploymentOptions,
  now: number,
): [string, string | undefined][] {
  const { job, status, source, startedAt, stoppedAt, tags, resumes, resumedAs, artifacts, log } = description;
  const { container, capacityReason, waitingFor, progress, result } = description;
  const running = status === 'RUNNING';
  const tagged = Object.entries(tags ?? {}).map(([name, value]) => `${name}=${value}`);
  return [
    ['job', job],
    ['started', `${localTime(startedAt)} (${ago(startedAt, now)})${source ? `, by ${source}` : ''}`],
    ['ended', stoppedAt && `${localTime(stoppedAt)} (${ago(stoppedAt, now)})`],
    ['tags', tagged.join(', ')],
    ['continues', resumes],
    ['continued', resumedAs && `as ${resumedAs}`],
    [running ? 'runs on' : 'ran on', placeOf(description, now)],
    ['', capacityReason && `${capacityReason.charAt(0).toUpperCase()}${capacityReason.slice(1)}`],
    ['waits for', waitingFor?.replace(ISO_TIME, localTime)],
    ['progress', progressInWords(progress)],
    whyOf(description),
    ['exit code', running || container?.exitCode === undefined ? undefined : exitCode(container.exitCode)],
    ['result', result === undefined ? undefined : jsonInShort(result)],
    ['artifacts', artifacts],
    ['log', log && `${log.group}, stream ${log.stream}`],
    ['next', nextSteps(description, where)],
  ];
}

/** Why its last attempt failed, why it ended without success, or why somebody stopped it. */
function whyOf({ status, error, reason }: ExecutionDescription): [string, string | undefined] {
  if (status === 'RUNNING') return ['last failure', reason];
  if (status === 'ABORTED') return ['reason', reason];
  return ['failed with', [error, reason].filter(Boolean).join(': ')];
}

function placeOf({ capacity, container }: ExecutionDescription, now: number): string | undefined {
  if (!capacity && !container) return undefined;
  const kind = capacity === 'spot' ? 'Spot capacity' : capacity === 'onDemand' ? 'capacity on demand' : undefined;
  if (!container) return kind;
  const { backend, id, status, startedAt, instance } = container;
  const what = backend === 'batch' ? `Batch job ${id}` : `ECS task ${id.split('/').at(-1)}`;
  const since = status === 'RUNNING' && startedAt ? ` for ${duration(now - Date.parse(startedAt))}` : '';
  return [kind, `${what} (${status}${since})`, instance && `on ${instance.split('/').at(-1)}`]
    .filter(Boolean)
    .join(', ');
}

function exitCode(code: number): string {
  const meaning = meaningOf(code);
  return meaning ? `${code} (${meaning})` : String(code);
}

function nextSteps({ id, status, resumedAs, error }: ExecutionDescription, where: DeploymentOptions): string {
  const logs = commandLine('logs', id, where, ...(status === 'RUNNING' ? ['-f'] : []));
  if (status === 'SUCCEEDED') return logs;
  if (status === 'RUNNING') return `${logs}\n${commandLine('stop', id, where)}`;
  if (resumedAs) return `${logs}\n${commandLine('show', resumedAs, where)}`;
  return `${logs}\n${commandLine('resume', id, where)}   ${whatResumeDoes(error)}`;
}

function hanging(text: string, width: number | undefined): string {
  const room = width === undefined ? Number.POSITIVE_INFINITY : Math.max(20, width - LABEL);
  const lines = text.split('\n').flatMap((line) => broken(line, room));
  return lines.join(`\n${' '.repeat(LABEL)}`);
}

/** A word that is longer than a line is left whole, for the terminal to break: so it can be copied. */
function broken(line: string, room: number): string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > room) {
    const before = rest.lastIndexOf(' ', room);
    const end = before > 0 ? before : rest.indexOf(' ', room);
    if (end < 0) break;
    lines.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...lines, rest];
}
