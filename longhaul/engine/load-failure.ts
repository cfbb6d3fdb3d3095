import { readFileSync } from 'node:fs';

/**
 * Says what to do when the engine's code cannot be loaded: on a Node.js that is too old, or where Longhaul was installed without
 * the packages that only the engine needs, which are optional peers of the published package.
 *
 * @throws Error always: that, or the one given
 */
export function explainLoadFailure(error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  // Two folders up from here, in the repository as in the published package.
  const { engines, peerDependencies = {} } = JSON.parse(
    readFileSync(new URL('../../package.json', import.meta.url), 'utf8'),
  );
  if (code === 'ERR_UNKNOWN_BUILTIN_MODULE') {
    throw new Error(`this is Node.js ${process.versions.node}; the engine needs Node.js ${engines.node}`, {
      cause: error,
    });
  }
  const packages = Object.entries(peerDependencies).map(([name, range]) => `"${name}@${range}"`);
  if (code !== 'ERR_MODULE_NOT_FOUND' || packages.length === 0) throw error;
  throw new Error(
    `the engine needs packages that Longhaul does not bring along, to stay small in containers and functions (${message}). ` +
      `Install them once:\n\n  npm install --save-dev ${packages.join(' ')}\n`,
    { cause: error },
  );
}
