import { DATA_DIRECTORY } from '../engine/data-directory.ts';
import type { DeploymentOptions } from './deployment.ts';
import { shortId } from './execution-id.ts';
import { PROGRAM } from './program.ts';
import { paint } from './terminal.ts';

/** A command to type next, on the same deployment: `longhaul logs csv-report-2c26b46b -f --stack production`. */
export function commandLine(command: string, id: string, where: DeploymentOptions, ...flags: string[]): string {
  const { stack, region, profile, data } = where;
  const options = [
    ...(stack === undefined ? [] : ['--stack', stack]),
    ...(region === undefined ? [] : ['--region', region]),
    ...(profile === undefined ? [] : ['--profile', profile]),
    ...(stack !== undefined || data === DATA_DIRECTORY ? [] : ['--data', data]),
  ];
  return [PROGRAM, command, shortId(id), ...flags, ...options.map(quoted)].join(' ');
}

/** What 'resume' does with an execution that ended with this, for beside the command: the event is no other. */
export const whatResumeDoes = (error: string | undefined): string =>
  error === 'Job.Rejected'
    ? 'once what it was rejected for is fixed; the event stays the same'
    : 'goes on from its last checkpoint';

/** How to look at an execution that goes on, for below the line that says so. */
export function waysToWatch(id: string, where: DeploymentOptions): string {
  return paint('dim', `  ${commandLine('logs', id, where, '-f')}\n  ${commandLine('show', id, where)}`);
}

const quoted = (word: string): string => (/^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
