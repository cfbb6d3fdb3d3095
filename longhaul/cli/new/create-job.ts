import { AppFiles } from './app-files.ts';
import { addToJobs } from './edit-jobs.ts';
import { addToSamconfig } from './edit-samconfig.ts';
import { addToTemplate, type Backend } from './edit-template.ts';
import { addTrigger } from './edit-triggers.ts';
import { jobFolder, type Language } from './job-folder.ts';
import { jobNames } from './job-name.ts';
import { parseSource } from './trigger-source.ts';
import { writeAll } from './write-all.ts';

export interface NewJob {
  name: string;
  language: Language;
  backend: Backend;
  /** What starts it, as written on the command line. */
  on: readonly string[];
  /** Where `template.yaml` is. */
  directory: string;
}

export interface CreatedJob {
  /** Paths from the directory. */
  files: string[];
  edited: string[];
  /** Of the template, with the image. */
  parameter: string;
  /** Logical ids of the triggers' blocks, with what the user has to know. */
  triggers: { id: string; on: string; notes: string[] }[];
}

/**
 * Makes a job that builds, runs and tests at once: its folder, its lines in the app, and the blocks of its triggers.
 *
 * @throws Error that says what is in the way; then nothing was written
 */
export function createJob({ name, language, backend, on, directory }: NewJob): CreatedJob {
  const names = jobNames(name);
  const sources = on.map(parseSource);
  const app = new AppFiles(directory);
  const folder = `containers/${name}`;
  if (app.has(folder)) throw new Error(`There is a folder ${folder} already: give the job another name`);
  const templates = [{ id: '', text: addToTemplate(app.text('template.yaml'), names, backend) }];
  app.refuseMissing(sources);
  for (const source of sources) templates.push(addTrigger(templates.at(-1)!.text, source, name));
  const edits = {
    'template.yaml': templates.at(-1)!.text,
    'containers/jobs.ts': addToJobs(app.text('containers/jobs.ts'), names),
    'samconfig.toml': addToSamconfig(app.optional('samconfig.toml'), names.parameter),
  };
  const files = jobFolder({
    ...names,
    language,
    backend,
    library: app.library,
    hasTriggers: sources.length > 0,
    reads: sources.flatMap(({ reads }) => reads ?? []),
  });
  writeAll({ created: { folder: app.at(folder), files }, edits: app.edits(edits) });
  return {
    files: Object.keys(files).map((file) => `${folder}/${file}`),
    edited: Object.keys(edits),
    parameter: names.parameter,
    triggers: sources.map(({ notes }, index) => ({ id: templates[index + 1]!.id, on: on[index]!, notes })),
  };
}
