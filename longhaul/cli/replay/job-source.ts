import path from 'node:path';
import { loadStack, localParameters, type Resource } from '../../engine/template/index.ts';

export interface JobSource {
  /** A line for the shell: the resource's `DevCommand`. */
  command: string;
  /** Where it runs: the folder of the job's template. */
  directory: string;
}

const DEFINITIONS = ['AWS::Batch::JobDefinition', 'AWS::ECS::TaskDefinition'];

/**
 * How a job is run from its source, as its own template says.
 *
 * @throws TemplateError; Error for a job that the template does not have, or whose definition says no `DevCommand`
 */
export function jobSource(job: string, template: string): JobSource {
  const { stack } = loadStack(template, {
    stackName: 'longhaul',
    region: 'us-east-1',
    accountId: '000000000000',
    endpoint: 'http://127.0.0.1:4566',
    apiUrl: 'http://127.0.0.1:3000',
    parameters: localParameters(path.dirname(path.resolve(template))),
  });
  const definitions = stack.resources.filter(({ type }) => DEFINITIONS.includes(type));
  const found = definitions.find((one) => nameOf(one).endsWith(`_${job}`) || folderOf(one) === job);
  if (!found) {
    const known = definitions.map(folderOf).join(', ') || 'none';
    throw new Error(
      `${template} has no job '${job}'; it has ${known}. Is it the application that the execution is of?`,
    );
  }
  const { DevCommand } = found.metadata;
  if (DevCommand) return { command: String(DevCommand), directory: path.dirname(found.templateFile) };
  const { EntryPoint = [], Command = [] } =
    found.properties.ContainerProperties ?? found.properties.ContainerDefinitions?.[0] ?? {};
  const argv: string[] = [...EntryPoint, ...Command];
  if (argv.length === 0)
    throw new Error(`Its definition ${found.path} has no DevCommand in its Metadata that could be run.`);
  return { command: argv.map(quoted).join(' '), directory: path.dirname(found.templateFile) };
}

const nameOf = ({ properties }: Resource) => String(properties.JobDefinitionName ?? properties.Family ?? '');
const folderOf = ({ templateFile }: Resource) => path.basename(path.dirname(templateFile));
const quoted = (argument: string) => `'${argument.replaceAll("'", "'\\''")}'`;

/**
 * The command with Node's debugger in it.
 *
 * @param flag - `--inspect`, `--inspect-brk=9230`, …
 * @throws Error for a command that does not begin with Node.js
 */
export function underDebugger(command: string, flag: string): string {
  const begins = /^((?:\w+=\S*\s+)*)node(?=\s)/.exec(command);
  if (begins) return `${begins[0]} ${flag}${command.slice(begins[0].length)}`;
  throw new Error(
    `${flag.split('=')[0]} is for jobs that Node.js runs; this one is run by ${command.split('\n')[0]!.slice(0, 60)} … ` +
      'In Python, a breakpoint() stops a replay: the terminal is its input.',
  );
}
