import type { JobNames } from './job-name.ts';

/** How long a line may be before the list of jobs gets a line for each; the repository's `lineWidth`. */
const LINE = 120;

/**
 * `containers/jobs.ts` with a job more: its import, in order, and its place at the end of the list.
 *
 * @throws Error where the file has no `export const jobs … = [ … ];`
 */
export function addToJobs(text: string, { name, variable }: JobNames): string {
  const list = /^(export const jobs\b[^=]*= )\[([^\]]*)\];/m.exec(text);
  if (!list) throw new Error('containers/jobs.ts has no "export const jobs … = [ … ];" to which a job can be added');
  const jobs = list[2]!.split(',').flatMap((job) => job.trim() || []);
  if (jobs.includes(variable)) throw new Error(`containers/jobs.ts has a job "${variable}" already`);
  const all = [...jobs, variable];
  const oneLine = `${list[1]}[${all.join(', ')}];`;
  const written = oneLine.length <= LINE ? oneLine : `${list[1]}[\n${all.map((job) => `  ${job},\n`).join('')}];`;
  return withImport(
    text.replace(list[0], () => written),
    `./${name}/job.ts`,
    variable,
  );
}

/** Before the first import of a folder that comes after its own, else behind the last import. */
function withImport(text: string, path: string, variable: string): string {
  const line = `import { ${variable} } from '${path}';\n`;
  const imports = [...text.matchAll(/^import [^;]*? from '([^']+)';\n/gm)];
  const later = imports.find(([, from]) => from!.startsWith('./') && folderOf(from!) > folderOf(path));
  const last = imports.at(-1);
  const at = later?.index ?? (last ? last.index + last[0].length : 0);
  return text.slice(0, at) + line + text.slice(at);
}

/** By which Biome orders them: `train` comes before `train-model`, though `train/` comes after `train-`. */
const folderOf = (from: string): string => from.split('/')[1]!;
