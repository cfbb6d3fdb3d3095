import { AppFiles } from './app-files.ts';
import { AppTemplate } from './app-template.ts';
import { drainSteps } from './drain.ts';
import { existingTrigger, removeTrigger } from './edit-triggers.ts';
import { writeAll } from './write-all.ts';

export interface RemovedTrigger {
  /** The job that it started; undefined for the trigger of jobs that come after others. */
  job: string | undefined;
  /** Whether the job may go on reading the bucket: executions that run may still need it. */
  keepsRight: boolean;
  /** What to do before it is deployed. */
  first: string[];
}

/**
 * Removes a trigger's block from the app's template. Only that file changes.
 *
 * @throws Error that says what is in the way; then nothing was removed
 */
export function removeTriggerBlock(id: string, directory: string): RemovedTrigger {
  const app = new AppFiles(directory);
  const text = app.text('template.yaml');
  const trigger = existingTrigger(new AppTemplate(text), id);
  writeAll({ edits: app.edits({ 'template.yaml': removeTrigger(text, id) }) });
  return {
    job: trigger.parameters.Job,
    keepsRight: trigger.location.split('/')[2] === 's3',
    first: drainSteps([trigger]),
  };
}
