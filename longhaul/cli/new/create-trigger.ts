import { AppFiles } from './app-files.ts';
import { inRole, withReadRight } from './bucket-right.ts';
import { addTrigger } from './edit-triggers.ts';
import { parseSource } from './trigger-source.ts';
import { writeAll } from './write-all.ts';

export interface NewTrigger {
  /** As written on the command line. */
  source: string;
  job: string;
  /** Where `template.yaml` is. */
  directory: string;
}

export interface CreatedTrigger {
  /** The block's logical id. */
  id: string;
  /** Paths from the directory. */
  edited: string[];
  notes: string[];
}

/**
 * Adds a trigger to a job of the app: its block, and for S3 the job's right to read the bucket.
 *
 * @throws Error that says what is in the way; then nothing was written
 */
export function createTrigger({ source: given, job, directory }: NewTrigger): CreatedTrigger {
  const source = parseSource(given);
  const app = new AppFiles(directory);
  const { id, text } = addTrigger(app.text('template.yaml'), source, job);
  app.refuseMissing([source]);
  const right = source.reads === undefined ? {} : rightToRead(app, job, source.reads);
  const edits = { 'template.yaml': text, ...right.edits };
  writeAll({ edits: app.edits(edits) });
  return { id, edited: Object.keys(edits), notes: [...source.notes, ...(right.notes ?? [])] };
}

/** The job's template with the right, or what the user has to add by hand. */
function rightToRead(app: AppFiles, job: string, bucket: string): { edits?: Record<string, string>; notes?: string[] } {
  const file = `containers/${job}/template.yaml`;
  const before = app.text(file);
  const text = withReadRight(before, bucket);
  if (text !== undefined) return text === before ? {} : { edits: { [file]: text } };
  const statement = inRole(bucket).replace(/^ {14}/gm, '');
  return {
    notes: [
      `The job cannot read the bucket yet. ${file} has no role for it in the form that this command can edit. ` +
        `Add this statement to the job's role; JobRole in the template of another job shows one:\n${statement}`,
    ],
  };
}
