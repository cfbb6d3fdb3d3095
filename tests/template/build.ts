import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));

/** What `Metadata.BuildProperties` of a function says. */
export interface BuildProperties {
  EntryPoints: string[];
  [option: string]: string | boolean | string[];
}

export interface Build {
  /** The code, with what production needs. */
  source: string;
  /** Where the handlers are: what Lambda is given. */
  output: string;
  /** esbuild's account of its outputs, by file name under `output`. */
  outputs: Record<
    string,
    { imports: { path: string; kind: string }[]; inputs: Record<string, unknown>; bytes: number; entryPoint?: string }
  >;
  remove(): Promise<void>;
}

/**
 * Does what `sam build` does for esbuild: copies the code, installs what production needs and nothing else, and passes the
 * properties on as flags: kebab-case, a list as a flag for each item. The code of an earlier build is moved, not copied.
 */
export async function build(properties: BuildProperties, earlier?: Build): Promise<Build> {
  const directory = await mkdtemp(join(tmpdir(), 'longhaul-build-'));
  const source = join(directory, 'source');
  const output = join(directory, 'output');
  await (earlier ? rename(earlier.source, source) : copyTo(source));
  const { EntryPoints, ...options } = properties;
  const flags = Object.entries(options).flatMap(([name, value]) => {
    const flag = `--${name.replace(/(?<=.)[A-Z]/g, (letter) => `-${letter}`).toLowerCase()}`;
    if (Array.isArray(value)) return value.map((item) => `${flag}:${item}`);
    return value === true ? [flag] : value === false ? [] : [`${flag}=${value}`];
  });
  const esbuild = join(source, 'node_modules/esbuild/bin/esbuild');
  const metafile = join(directory, 'meta.json');
  const common = ['--bundle', '--platform=node', `--outdir=${output}`, `--metafile=${metafile}`, '--log-level=warning'];
  await run(esbuild, [...EntryPoints, ...flags, ...common], { cwd: source });
  const { outputs } = JSON.parse(await readFile(metafile, 'utf8')) as Pick<Build, 'outputs'>;
  const named = Object.entries(outputs).map(([path, described]) => [fileName(path), described] as const);
  const remove = () => rm(directory, { recursive: true, force: true });
  return { source, output, outputs: Object.fromEntries(named), remove };
}

async function copyTo(source: string): Promise<void> {
  for (const path of ['package.json', 'longhaul', 'functions', 'containers', ...(await productionPackages())]) {
    await mkdir(dirname(join(source, path)), { recursive: true });
    await cp(join(root, path), join(source, path), {
      recursive: true,
      verbatimSymlinks: true,
      // A package's own dependencies stand in the lock file as packages of their own.
      filter: (from) => !from.slice(join(root, path).length).includes('/node_modules'),
    });
  }
}

/** esbuild names outputs relative to where it runs: `../output/triggers/s3.mjs`. */
export const fileName = (path: string): string => path.replace(/^\.\.\/output\//, '');

/** The folders of packages that `npm ci --omit=dev` installs, as the lock file marks them, where this machine has them. */
export async function productionPackages(): Promise<string[]> {
  const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { dev?: boolean; devOptional?: boolean; os?: string[]; cpu?: string[] }>;
  };
  const here = ({ os, cpu }: { os?: string[]; cpu?: string[] }): boolean =>
    (os?.includes(process.platform) ?? true) && (cpu?.includes(process.arch) ?? true);
  return Object.entries(packages)
    .filter(([path, entry]) => path !== '' && !entry.dev && !entry.devOptional && here(entry))
    .map(([path]) => path);
}
