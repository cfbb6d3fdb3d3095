import path from 'node:path';
import { Command } from 'commander';
import { explainLoadFailure } from '../engine/load-failure.ts';
import { action } from './command.ts';
import { UsageError } from './exit-codes.ts';
import type { CreatedTrigger } from './new/create-trigger.ts';
import type { RemovedTrigger } from './new/remove-trigger.ts';
import type { NewOptions } from './new.ts';
import { print, printJson } from './terminal.ts';

type Options = NewOptions & { job?: string };

/** `longhaul new trigger SOURCE --job JOB`. Options that `new` has too reach it through `new`. */
export function newTriggerCommand(): Command {
  return new Command('trigger')
    .description('Make a trigger for a job of this app, or remove it again.')
    .argument('[source]', 'what starts the job; with --undo the name of the block in template.yaml')
    .option('--job <job>', 'the job that it starts; required for a new trigger')
    .option('--undo', 'remove the trigger of this name instead')
    .option('--directory <directory>', 'where template.yaml is', '.')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Sources:
  s3, s3:PREFIX           objects of the bucket Uploads, or only those whose key begins with PREFIX
  s3://BUCKET/PREFIX      objects of a bucket of yours
  sqs, sqs:fifo, sqs:ARN  messages of a new queue, or of a queue of yours
  sns, sns:ARN            messages of a new topic, or of a topic of yours
  schedule:EXPRESSION     a time: cron(…), rate(…) or at(…), in UTC
  eventbridge:SOURCE      events of SOURCE on the default bus
  dynamodb, dynamodb:ARN  changes of a new table, or of the stream of a table of yours
  kinesis, kinesis:ARN    records of a new stream, or of a stream of yours
  logs:GROUP              lines with ERROR in a log group of yours

Examples:
  longhaul new trigger sqs --job resize
  longhaul new trigger "schedule:rate(1 hour)" --job resize
  longhaul new trigger ResizeQueue --undo

A trigger is a block in template.yaml, named after its job and source. The job
gets the source's event as it is. For S3 its role gets the right to read the
bucket. --undo changes files only; it says what to drain before a deploy.`,
    )
    .action(
      action<Options>(async (_, [given], command) => {
        const { job, undo, json, language, on, ...options } = command.optsWithGlobals<Options>();
        const directory = path.resolve(options.directory);
        if (language || on) {
          throw new UsageError(
            'No job can be called "trigger", because `new trigger` makes a trigger. Name it otherwise.',
          );
        }
        if (given === undefined) {
          throw new UsageError(undo ? 'Name the block, such as ResizeQueue.' : 'Name a source, such as sqs or s3:in/.');
        }
        if (undo) {
          const { removeTriggerBlock } = await import('./new/remove-trigger.ts').catch(explainLoadFailure);
          const removed = removeTriggerBlock(given, directory);
          if (json) printJson({ trigger: given, ...removed });
          else print(undoReport(given, removed));
          return;
        }
        if (job === undefined) throw new UsageError('Name the job that it starts: --job JOB.');
        const { createTrigger } = await import('./new/create-trigger.ts').catch(explainLoadFailure);
        const created = createTrigger({ source: given, job, directory });
        if (json) printJson({ trigger: created.id, job, ...created });
        else print(report(job, created));
      }),
    );
}

function report(job: string, { id, edited, notes }: CreatedTrigger): string {
  return [
    `The trigger ${id} starts ${job} from the next start of the engine, and from the next deploy. Changed: ${edited.join(', ')}.`,
    ...(notes.length > 0 ? ['', ...notes] : []),
    '',
    `The job gets the source's event as it is: see that containers/${job}/job.ts takes it.`,
  ].join('\n');
}

function undoReport(id: string, { job, keepsRight, first }: RemovedTrigger): string {
  return [
    `The trigger ${id} is gone from template.yaml. AWS was not touched.`,
    '',
    'Where it is deployed, before you deploy without it:',
    '',
    ...first.map((step, index) => `  ${index + 1}. ${step}`),
    ...(job
      ? ['', `Executions of ${job} that run go on. If the job is to go too, deploy that later, when none of them runs.`]
      : []),
    ...(job && keepsRight
      ? [
          `They may still read the bucket, so the right to that stays in containers/${job}/template.yaml. Remove it there later.`,
        ]
      : []),
  ].join('\n');
}
