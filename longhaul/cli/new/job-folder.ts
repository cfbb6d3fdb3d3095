import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { withReadRight } from './bucket-right.ts';
import type { Backend } from './edit-template.ts';
import type { JobNames } from './job-name.ts';

export const LANGUAGES = ['ts', 'python', 'shell'] as const;
export type Language = (typeof LANGUAGES)[number];

export interface JobFolder extends JobNames {
  language: Language;
  backend: Backend;
  /**
   * How the application has the library among its packages: a version, or a file (`file:longhaul-1.2.3.tgz`). Undefined in
   * Longhaul's own repository, where it is a folder.
   */
  library?: string | undefined;
  /** Whether triggers start it: then its sample takes the event of any source. */
  hasTriggers?: boolean;
  /** Buckets that it may read, as text for `!Sub`. */
  reads?: readonly string[];
}

/** How the engine runs a job of each language in place of its image: in `Metadata`. */
const METADATA: Record<Language, string> = {
  ts: 'DevCommand: node main.ts',
  python:
    'DevRequires: { Python: "3.11", Packages: [boto3] } # the engine says what of it is not there\n' +
    '      DevCommand: PYTHONPATH=../../longhaul/runtime/python/src python3 main.py',
  shell: 'DevCommand: sh main.sh',
};

/** The files of a new job's folder, by name: those of `files/`, which is a job called my-job, under another name. */
export function jobFolder(job: JobFolder): Record<string, string> {
  const { language, backend, reads = [] } = job;
  const sources = { ...filesOf(language), ...filesOf(backend) };
  const files = Object.entries(sources).map(([file, text]): [string, string] => {
    const written = forTriggers(text.replace('DevCommand: node main.ts', METADATA[language]), job);
    return [file.replace('my-job', job.name), renamed(forApplication(written, job), job)];
  });
  const { 'template.yaml': template = '', ...others } = Object.fromEntries(files);
  // The templates of `files/` have a role for it.
  return { ...others, 'template.yaml': reads.reduce((text, bucket) => withReadRight(text, bucket)!, template) };
}

/** What makes the sample take the event of any source, which has no `name`. */
const FOR_TRIGGERS = [
  [".describe('Who is greeted')", ".default('you').describe('Who is greeted')"],
  [
    'const input = z.object({',
    '// A trigger hands over the event of its source as it is: decodeS3, decodeSqs and others read it.\nconst input = z.object({',
  ],
  [
    '@job("my-job", input=Input)',
    `def from_event(event: dict[str, Any]) -> Input:
    """A trigger hands over the event of its source as it is. This takes from it what the job knows."""
    return Input(name=event.get("name", "you"), times=event.get("times", 5))


@job("my-job", input=from_event)`,
  ],
] as const;

function forTriggers(text: string, { hasTriggers }: JobFolder): string {
  return hasTriggers ? FOR_TRIGGERS.reduce((all, [plain, tolerant]) => all.replace(plain, tolerant), text) : text;
}

function filesOf(folder: string): Record<string, string> {
  const directory = new URL(`./files/${folder}/`, import.meta.url);
  const names = readdirSync(directory);
  return Object.fromEntries(names.map((name) => [name, readFileSync(new URL(name, directory), 'utf8')]));
}

function renamed(text: string, { name, variable, logicalId }: JobNames): string {
  return text.replaceAll('my-job', name).replaceAll('myJob', variable).replaceAll('MyJob', logicalId);
}

/** Where the library is a package among the others, and not a folder beside the job's. */
const ELSEWHERE = [
  ['COPY longhaul longhaul\n', ''],
  [' .npmrc ./\n', ' .npmrc* ./\n'],
  // Of the application's packages if it is one of them, else fetched: nothing but images may need it.
  ['node_modules/.bin/esbuild ', 'npx --yes esbuild@0.28 '],
  [
    'COPY longhaul/runtime/python/src',
    '# `npm ci` brings it here, and .dockerignore has to let it in.\nCOPY longhaul/runtime/python/src',
  ],
  ['longhaul/runtime/python', 'node_modules/longhaul/dist/runtime/python'],
] as const;

function forApplication(text: string, { library }: JobFolder): string {
  if (library === undefined) return text;
  const elsewhere = ELSEWHERE.reduce((all, [here, there]) => all.replaceAll(here, there), text);
  return elsewhere.replace(' .npmrc* ./\n', (copied) => copied + copyOfArchive(library));
}

/** The package's file, which `npm ci` wants where package.json says: of any version, since package.json names the one. */
function copyOfArchive(library: string): string {
  const file = /^file:(?:\.\/)?(.+\.tgz)$/.exec(library)?.[1];
  return file ? `COPY ${file.replace(/-\d[^/]*\.tgz$/, '-*.tgz')} ${path.posix.dirname(file)}/\n` : '';
}
