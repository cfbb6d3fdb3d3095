import { globSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { PROGRAM } from '../program.ts';
import { AppFiles } from './app-files.ts';
import { AppTemplate, type Block } from './app-template.ts';
import { withoutReadRights } from './bucket-right.ts';
import { drainSteps } from './drain.ts';
import { removeFromJobs } from './edit-jobs.ts';
import { removeFromSamconfig } from './edit-samconfig.ts';
import { removeFromTemplate } from './edit-template.ts';
import { removeTrigger } from './edit-triggers.ts';
import { jobFolder, LANGUAGES } from './job-folder.ts';
import { type JobNames, jobNames } from './job-name.ts';
import { writeAll } from './write-all.ts';

export interface RemovedJob {
  /** Paths from the directory. */
  files: string[];
  edited: string[];
  /** Logical ids of its triggers' blocks. */
  triggers: string[];
  /** What to do first in an app that is deployed. */
  first: string[];
}

/**
 * Takes back `createJob`: the job's folder, its lines in the app, and the blocks of its triggers. Only files change.
 *
 * @param force - removes the folder although files in it were changed
 * @throws Error that says what is in the way; then nothing was removed
 */
export function removeJob(name: string, { directory, force }: { directory: string; force: boolean }): RemovedJob {
  const names = jobNames(name);
  const app = new AppFiles(directory);
  const before = app.text('template.yaml');
  const template = new AppTemplate(before);
  template.existingJob(name);
  const triggers = template.triggersOf(name);
  const withoutTriggers = triggers.reduce((text, { id }) => removeTrigger(text, id), before);
  const samconfig = app.optional('samconfig.toml');
  const edits = {
    'template.yaml': removeFromTemplate(withoutTriggers, names),
    'containers/jobs.ts': removeFromJobs(app.text('containers/jobs.ts'), names),
    ...(samconfig !== undefined && { 'samconfig.toml': removeFromSamconfig(samconfig, names.parameter) }),
  };
  const folder = `containers/${name}`;
  const files = filesIn(app, folder);
  refuseImports(app, folder);
  if (!force) refuseChanges(app, folder, files, names);
  writeAll({ removed: files.length > 0 ? app.at(folder) : undefined, edits: app.edits(edits) });
  return {
    files: files.map((file) => `${folder}/${file}`),
    edited: Object.keys(edits),
    triggers: triggers.map(({ id }) => id),
    first: firstSteps(name, triggers),
  };
}

/** First the triggers go, then what they started ends, then the job goes. */
function firstSteps(name: string, triggers: readonly Block[]): string[] {
  const commands = triggers.map(({ id }) => `${PROGRAM} new trigger ${id} --undo`);
  return [
    ...(triggers.length > 0 ? drainSteps(triggers) : []),
    ...(triggers.length > 0 ? [`Remove the triggers alone, and deploy that: ${commands.join(' && ')}`] : []),
    `Wait until none of its executions runs: ${PROGRAM} list --job ${name} --status running --stack STACK`,
  ];
}

/** Without what Python leaves behind. */
function filesIn(app: AppFiles, folder: string): string[] {
  if (!app.has(folder)) return [];
  return readdirSync(app.at(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => path.relative(app.at(folder), path.join(entry.parentPath, entry.name)))
    .filter((file) => !/(^|[\\/])__pycache__[\\/]/.test(file));
}

/** Refuses files that are not as `longhaul new` writes them. */
function refuseChanges(app: AppFiles, folder: string, files: readonly string[], names: JobNames): void {
  const written = LANGUAGES.flatMap((language) =>
    (['batch', 'ecs'] as const).flatMap((backend) =>
      [true, false].map((hasTriggers) => jobFolder({ ...names, language, backend, hasTriggers, library: app.library })),
    ),
  );
  const changed = files.filter((file) => {
    const text = app.text(`${folder}/${file}`);
    const plain = file === 'template.yaml' ? withoutReadRights(text) : text;
    return !written.some((one) => one[file] === plain);
  });
  if (changed.length === 0) return;
  throw new Error(
    `These files of ${folder} are yours, or were changed: ${changed.join(', ')}. Nothing was removed. ` +
      '--force removes the job with them.',
  );
}

/** Refuses a job whose files others import: one that comes after it, or `containers/unique.ts`. */
function refuseImports(app: AppFiles, folder: string): void {
  const own = app.at(folder) + path.sep;
  const sources = globSync('{containers,functions}/**/*.ts', {
    cwd: app.directory,
    exclude: (name) => name === 'node_modules',
  });
  const importing = sources.filter((file) => {
    if (file === path.join('containers', 'jobs.ts') || app.at(file).startsWith(own)) return false;
    const imports = app.text(file).matchAll(/(?:from|import\()\s*['"](\.[^'"]+)['"]/g);
    return [...imports].some(([, to]) => path.resolve(path.dirname(app.at(file)), to!).startsWith(own));
  });
  if (importing.length === 0) return;
  throw new Error(
    `These files import from ${folder}: ${importing.join(', ')}. Change them first. Nothing was removed.`,
  );
}
