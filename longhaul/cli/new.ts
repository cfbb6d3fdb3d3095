import path from 'node:path';
import { Argument, Command, Option } from 'commander';
import { explainLoadFailure } from '../engine/load-failure.ts';
import { action } from './command.ts';
import type { CreatedJob, NewJob } from './new/create-job.ts';
import { PROGRAM } from './program.ts';
import { type Column, table } from './table.ts';
import { print, printJson } from './terminal.ts';

interface Options extends Omit<NewJob, 'name'> {
  json?: boolean;
}

/** `longhaul new JOB`: a job that builds, runs and tests at once. */
export function newCommand(): Command {
  return new Command('new')
    .description('Make a job: its folder under containers/, and its lines in the application.')
    .addArgument(new Argument('<job>', 'its name: lower-case letters, digits and hyphens, a letter first'))
    .addOption(
      new Option('--language <language>', 'what it is written in')
        .choices(['ts', 'python', 'shell'])
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--backend <backend>', 'what it runs on: AWS Batch, which queues, or Amazon ECS')
        .choices(['batch', 'ecs'])
        .default('batch'),
    )
    .option('--directory <directory>', 'where template.yaml is', '.')
    .option('--json', 'print JSON')
    .addHelpText(
      'after',
      `
Examples:
  longhaul new resize-images --language ts
  longhaul new train --language python
  longhaul new nightly-export --language shell --backend ecs

It writes the folder containers/JOB and adds the job to template.yaml,
containers/jobs.ts and, for the engine, samconfig.toml. Comments and layout
stay. All of it is written, or nothing.`,
    )
    .action(
      action<Options>(async (options, [name = '']) => {
        const { createJob } = await import('./new/create-job.ts').catch(explainLoadFailure);
        const created = createJob({ ...options, name, directory: path.resolve(options.directory) });
        if (options.json) printJson({ job: name, ...created });
        else print(report(name, created, options));
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
  'requirements.txt': 'the packages that it needs',
  'template.yaml': 'compute, roles and log',
  Dockerfile: 'its image',
};

const EDITS: Record<string, (created: CreatedJob) => string> = {
  'template.yaml': ({ parameter }) => `its application, with the parameter ${parameter}`,
  'containers/jobs.ts': () => 'its definition, for the API',
  'samconfig.toml': () => 'for the engine: on',
};

function report(name: string, created: CreatedJob, { backend }: Options): string {
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
  return [
    `The job ${name} is there, on ${backend === 'batch' ? 'AWS Batch' : 'Amazon ECS'}.`,
    '',
    table(columns, rows),
    '',
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
    `It starts at times with a default of Schedule in containers/${name}/template.yaml;`,
    "by an event with a function, after another job with 'after': Longhaul's docs/triggers.md.",
  ].join('\n');
}
