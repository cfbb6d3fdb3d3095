import { existsSync } from 'node:fs';
import path from 'node:path';
import { addToJobs } from './edit-jobs.ts';
import { addToSamconfig } from './edit-samconfig.ts';
import { addToTemplate, type Backend } from './edit-template.ts';
import { jobFolder, type Language } from './job-folder.ts';
import { jobNames } from './job-name.ts';
import { read, writeAll } from './write-all.ts';

export interface NewJob {
  name: string;
  language: Language;
  backend: Backend;
  /** Where `template.yaml` is. */
  directory: string;
}

export interface CreatedJob {
  /** Paths from the directory. */
  files: string[];
  edited: string[];
  /** Of the template, with the image. */
  parameter: string;
}

/**
 * A job that builds, runs and tests at once: its folder, and its lines in the application.
 *
 * @throws Error that says what is in the way; then nothing was written
 */
export function createJob({ name, language, backend, directory }: NewJob): CreatedJob {
  const names = jobNames(name);
  const at = (file: string) => path.join(directory, file);
  const folder = `containers/${name}`;
  if (existsSync(at(folder))) throw new Error(`There is a folder ${folder} already: give the job another name`);
  const text = (file: string): string => {
    const found = read(at(file));
    if (found !== undefined) return found;
    throw new Error(`There is no ${file} in ${directory}. A job is added where an application in Longhaul's layout is`);
  };
  const edits = {
    'template.yaml': addToTemplate(text('template.yaml'), names, backend),
    'containers/jobs.ts': addToJobs(text('containers/jobs.ts'), names),
    'samconfig.toml': addToSamconfig(read(at('samconfig.toml')), names.parameter),
  };
  const files = jobFolder({
    ...names,
    language,
    backend,
    library: libraryOf(read(at('package.json'))),
  });
  writeAll({
    folder: at(folder),
    files,
    edits: Object.fromEntries(Object.entries(edits).map(([file, edited]) => [at(file), edited])),
  });
  return {
    files: Object.keys(files).map((file) => `${folder}/${file}`),
    edited: Object.keys(edits),
    parameter: names.parameter,
  };
}

/** How an application has Longhaul among its packages, by its package.json; undefined in Longhaul's own repository. */
function libraryOf(manifest = '{}'): string | undefined {
  const { name, dependencies } = JSON.parse(manifest) as { name?: string; dependencies?: Record<string, string> };
  return name === 'longhaul' ? undefined : (dependencies?.longhaul ?? '');
}
