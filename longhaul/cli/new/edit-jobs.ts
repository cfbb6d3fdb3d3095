import type { JobNames } from './job-name.ts';

/** How long a line may be before the list of jobs gets a line for each; the repository's `lineWidth`. */
const LINE = 120;

/**
 * `containers/jobs.ts` with another job: its import, in order, and its place at the end of the list.
 *
 * @throws Error where the file has no `export const jobs … = [ … ];`
 */
export function addToJobs(text: string, { name, variable }: JobNames): string {
  const list = listOf(text);
  if (list.jobs.includes(variable)) throw new Error(`containers/jobs.ts has a job "${variable}" already`);
  return withImport(list.replacedBy([...list.jobs, variable]), `./${name}/job.ts`, variable);
}

/** `containers/jobs.ts` without a job, which may be called otherwise there. The same text where it does not have it. */
export function removeFromJobs(text: string, { name }: JobNames): string {
  const imported = new RegExp(`^import \\{ (\\w+) \\} from '\\./${name}/job\\.ts';\\n`, 'm').exec(text);
  if (!imported) return text;
  const list = listOf(text);
  return list.replacedBy(list.jobs.filter((job) => job !== imported[1])).replace(imported[0], '');
}

function listOf(text: string): { jobs: string[]; replacedBy(jobs: string[]): string } {
  const list = /^(export const jobs\b[^=]*= )\[([^\]]*)\];/m.exec(text);
  if (!list) throw new Error('containers/jobs.ts has no "export const jobs … = [ … ];" with the jobs of the app');
  return {
    jobs: list[2]!.split(',').flatMap((job) => job.trim() || []),
    replacedBy(jobs) {
      const oneLine = `${list[1]}[${jobs.join(', ')}];`;
      const written = oneLine.length <= LINE ? oneLine : `${list[1]}[\n${jobs.map((job) => `  ${job},\n`).join('')}];`;
      return text.replace(list[0], () => written);
    },
  };
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
