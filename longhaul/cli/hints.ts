import type { DeploymentOptions } from './deployment.ts';
import { shortId } from './execution-id.ts';

/** A command to type next, on the same deployment: `longhaul logs csv-report-2c26b46b -f --stack production`. */
export function commandLine(command: string, id: string, where: DeploymentOptions, ...flags: string[]): string {
  const { stack, region, profile, data } = where;
  const options = [
    ...(stack === undefined ? [] : ['--stack', stack]),
    ...(region === undefined ? [] : ['--region', region]),
    ...(profile === undefined ? [] : ['--profile', profile]),
    ...(stack !== undefined || data === '.longhaul' ? [] : ['--data', data]),
  ];
  return ['longhaul', command, shortId(id), ...flags, ...options.map(quoted)].join(' ');
}

const quoted = (word: string): string => (/^[\w./:@=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`);
