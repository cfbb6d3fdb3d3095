import path from 'node:path';
import { Argument, Command, Option } from 'commander';
import { explainLoadFailure } from '../engine/load-failure.ts';
import { action } from './command.ts';
import { UsageError } from './exit-codes.ts';
import type { CreatedJob } from './new/create-job.ts';
import type { Backend } from './new/edit-template.ts';
import type { Language } from './new/job-folder.ts';
import type { RemovedJob } from './new/remove-job.ts';
import { newTriggerCommand } from './new-trigger.ts';
import { PROGRAM } from './program.ts';
import { type Column, table } from './table.ts';
import { print, printJson } from './terminal.ts';

/** Options of `new`, which `new trigger` has as well. */
export interface NewOptions {
  language?: Language;
  backend: Backend;
  on?: string[];
  undo?: boolean;
  force?: boolean;
  directory: string;
  json?: boolean;
}

/** `longhaul new JOB`: a job that builds, runs and tests at once. */
export function newCommand(): Command {
  return new Command('new')
    .description('Make a job with its triggers, or remove it again.')
    .addArgument(new Argument('<job>', 'its name: lower-case letters, digits and hyphens, a letter first'))
    .addOption(
      new Option('--language <language>', 'what it is written in; required for a new job').choices([
        'ts',
        'python',
        'shell',
      ]),
    )
    .addOption(
      new Option('--backend <backend>', 'what it runs on: AWS Batch, which queues, or Amazon ECS')
        .choices(['batch', 'ecs'])
        .default('batch'),
    )
    .option('--on <source>', 'what starts it, such as sqs or s3:in/ (repeatable)', (source, all: string[] = []) => [
      ...all,
      source,
    ])
    .option('--undo', 'remove the job instead: its folder, its lines and its triggers')
    .option('--force', 'with --undo: also when files of its folder were changed')
    .option('--directory <directory>', 'where template.yaml is', '.')
    .option('--json', 'print JSON')
    .addCommand(newTriggerCommand())
    .addHelpText(
      'after',
      `
Examples:
  longhaul new resize-images --language ts --on s3:in/
  longhaul new train --language python --on sqs
  longhaul new nightly-export --language shell --backend ecs --on "schedule:cron(0 3 * * ? *)"
  longhaul new train --undo

It writes the folder containers/JOB and adds the job to template.yaml,
containers/jobs.ts and, for the engine, samconfig.toml. Comments and layout
stay. All of it is written, or nothing. 'longhaul new trigger --help' lists
the sources. --undo changes files only; it says what to drain before a deploy.`,
    )
    .action(
      action<NewOptions>(async (options, [name = '']) => {
        const directory = path.resolve(options.directory);
        if (options.undo) {
          const { removeJob } = await import('./new/remove-job.ts').catch(explainLoadFailure);
          const removed = removeJob(name, { directory, force: options.force === true });
          if (options.json) printJson({ job: name, ...removed });
          else print(undoReport(name, removed));
          return;
        }
        const { language, backend, on = [] } = options;
        if (!language) throw new UsageError('Say what the job is written in: --language ts, python or shell.');
        const { createJob } = await import('./new/create-job.ts').catch(explainLoadFailure);
        const created = createJob({ name, language, backend, on, directory });
        if (options.json) printJson({ job: name, ...created });
        else print(report(name, created, backend));
      }),
    );
}

/** What each file of a new job's folder is for. */
const PURPOSES: Record<string, string> = {
  'job.ts': 'what it is called and what it takes',
  'work.ts': 'its work: begin here',
  'main.ts': "the image's entry",
  'main.py': 'its work: begin here',
  'main.sh': 'its work: begin here',
  'test_main.py': 'its test',
  'requirements.in': 'the packages that it needs',
  'requirements.txt': 'the same, by version and hash',
  'template.yaml': 'compute and rights',
  Dockerfile: 'its image',
};

const EDITS: Record<string, (created: CreatedJob) => string> = {
  'template.yaml': ({ parameter, triggers }) =>
    [`its block, with the parameter ${parameter}`, ...triggers.map(({ id }) => `the trigger ${id}`)].join(', '),
  'containers/jobs.ts': () => 'its definition, for the API',
  'samconfig.toml': () => 'for the engine: on',
};

function report(name: string, created: CreatedJob, backend: Backend): string {
  const rows = [
    ...created.files.map((file) => ({
      what: 'written',
      file,
      why: PURPOSES[path.basename(file)] ?? 'its test, for npm test',
    })),
    ...created.edited.map((file) => ({ what: 'changed', file, why: EDITS[file]!(created) })),
  ];
  const columns: Column<(typeof rows)[number]>[] = [
    { head: 'was', cell: ({ what }) => what },
    { head: 'file', cell: ({ file }) => file },
    { head: 'purpose', cell: ({ why }) => why, least: 24, wrap: true },
  ];
  const notes = created.triggers.flatMap(({ id, notes }) => notes.map((note) => `${id}: ${note}`));
  return [
    `The job ${name} is there, on ${backend === 'batch' ? 'AWS Batch' : 'Amazon ECS'}.`,
    '',
    table(columns, rows),
    '',
    ...(notes.length > 0 ? [...notes, ''] : []),
    'Try it (an engine that runs has to be started again):',
    '',
    `  npx vitest run containers/${name}`,
    `  ${PROGRAM} start`,
    `  ${PROGRAM} run ${name} --input '{"name":"you"}' --follow`,
    '',
    'On AWS it runs once its image is built, pushed and named:',
    '',
    `  docker build --platform linux/arm64 -f containers/${name}/Dockerfile -t <image> .`,
    '  docker push <image>',
    `  sam build && sam deploy --parameter-overrides ${created.parameter}=<image>`,
    '',
    `To start it by ${created.triggers.length > 0 ? 'more events' : 'events'}, or at times: ${PROGRAM} new trigger SOURCE --job ${name}`,
  ].join('\n');
}

function undoReport(name: string, { files, triggers, first }: RemovedJob): string {
  const gone = [
    ...(files.length > 0 ? [`the folder containers/${name}`] : []),
    ...(triggers.length > 0 ? [`the triggers ${triggers.join(', ')}`] : []),
  ];
  return [
    `The job ${name} is gone from this app${gone.length > 0 ? `, with ${gone.join(' and ')}` : ''}. AWS was not touched.`,
    '',
    'Where it is deployed, bring it back (git restore), and take these steps first:',
    '',
    ...[...first, `Remove the job, and deploy that: ${PROGRAM} new ${name} --undo`].map(
      (step, index) => `  ${index + 1}. ${step}`,
    ),
  ].join('\n');
}
