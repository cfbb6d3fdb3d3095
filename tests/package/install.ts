import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const repository = path.resolve(import.meta.dirname, '../..');
const execute = promisify(execFile);

export interface Packed {
  tarball: string;
  /** Paths in the package. */
  files: string[];
  manifest: { dependencies: Record<string, string>; peerDependencies: Record<string, string> };
  /** What package.json was in the packed folder before, and after. */
  source: { before: string; after: string };
}

const made: string[] = [];

export function temporaryDirectory(name: string): string {
  const directory = mkdtempSync(path.join(tmpdir(), `longhaul-${name}-`));
  made.push(directory);
  return directory;
}

export function removeTemporaryDirectories(): void {
  for (const directory of made) rmSync(directory, { recursive: true, force: true });
}

/**
 * Runs npm without what an outer `npm test` tells it about this repository.
 *
 * @throws Error with its output, in which the compiler says what does not compile
 */
async function npm(directory: string, ...args: string[]): Promise<void> {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  env.PATH = `${path.dirname(process.execPath)}${path.delimiter}${env.PATH}`;
  try {
    await execute('npm', args, { cwd: directory, env });
  } catch (error) {
    const { message, stdout } = error as Error & { stdout: string };
    throw new Error(`${message}\n${stdout}`);
  }
}

/** `npm pack` in a copy of the repository: it swaps package.json while other tests read it. */
export async function pack(): Promise<Packed> {
  const directory = temporaryDirectory('pack');
  const left = new Set(['node_modules', '.git', '.aws-sam', 'dist'].map((name) => path.join(repository, name)));
  cpSync(repository, directory, { recursive: true, filter: (file) => !left.has(file) });
  symlinkSync(path.join(repository, 'node_modules'), path.join(directory, 'node_modules'));
  const manifest = path.join(directory, 'package.json');
  const before = readFileSync(manifest, 'utf8');
  await npm(directory, 'pack');
  const tarball = path.join(directory, `longhaul-${JSON.parse(before).version}.tgz`);
  const { stdout } = await execute('tar', ['-tzf', tarball]);
  return {
    tarball,
    files: stdout
      .trim()
      .split('\n')
      .map((file) => file.replace('package/', '')),
    manifest: JSON.parse((await execute('tar', ['-xzOf', tarball, 'package/package.json'])).stdout),
    source: { before, after: readFileSync(manifest, 'utf8') },
  };
}

/**
 * A project elsewhere with the package in it, as `npm install` leaves it but without the network: unpacked, its commands
 * linked by npm, and beside it the named packages, and no others, of those that are installed here.
 */
export async function install({ tarball }: Packed, packages: string[]): Promise<string> {
  const project = temporaryDirectory('elsewhere');
  cpSync(path.join(import.meta.dirname, 'project'), project, { recursive: true });
  writeFileSync(path.join(project, 'package.json'), '{ "name": "elsewhere", "private": true, "type": "module" }\n');
  const folder = path.join(project, 'node_modules', 'longhaul');
  mkdirSync(folder, { recursive: true });
  await execute('tar', ['-xzf', tarball, '-C', folder, '--strip-components', '1']);
  for (const name of packages) {
    const link = path.join(project, 'node_modules', name);
    mkdirSync(path.dirname(link), { recursive: true });
    symlinkSync(path.join(repository, 'node_modules', name), link);
  }
  await npm(project, 'rebuild', 'longhaul');
  return project;
}
