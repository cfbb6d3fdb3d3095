import { existsSync } from 'node:fs';
import { dirname, extname, join, resolve, sep } from 'node:path';

/** Where a `Handler` really is: a source file and the name of what it exports (dots reach into objects). */
export interface HandlerSource {
  file: string;
  exported: string;
}

const EXTENSIONS = ['.ts', '.mts', '.cts', '.js', '.mjs', '.cjs'];

/**
 * Finds the source behind a handler's name. esbuild lays entry points out relative to their lowest common folder, so
 * `triggers/s3.handler` with the entry points `functions/triggers/s3.ts` and `functions/api/run.ts` is the first of
 * them. Without entry points the name is relative to the code's folder.
 *
 * @throws Error named `Runtime.MalformedHandlerName` or `Runtime.ImportModuleError`, Lambda's names for these mistakes
 */
export function resolveHandler(taskRoot: string, handler: string, entryPoints: string[]): HandlerSource {
  // The file's name ends at the first dot after the last slash: `a/b.c.d` is `c.d` of `a/b`.
  const match = /^((?:.*\/)?[^./]+)\.(.+)$/.exec(handler);
  if (!match?.[1] || !match[2] || handler.includes('..')) {
    throw named('Runtime.MalformedHandlerName', `'${handler}' is not a valid handler name: it is FILE.EXPORT.`);
  }
  const [, name, exported] = match;
  const files = entryPoints.map((entry) => resolve(taskRoot, entry));
  const folder = commonFolder(files) ?? taskRoot;
  const wanted = join(folder, name);
  const candidates = files.length > 0 ? files : EXTENSIONS.map((extension) => wanted + extension);
  const file = candidates.find((candidate) => withoutExtension(candidate) === wanted && existsSync(candidate));
  if (!file) {
    const hint =
      files.length > 0
        ? `Of the EntryPoints, none is ${wanted}.* (they are laid out relative to ${folder}).`
        : `No ${wanted}${EXTENSIONS.join('|')} exists.`;
    throw named('Runtime.ImportModuleError', `Error: Cannot find module '${name}'. ${hint}`);
  }
  return { file, exported };
}

/** The deepest folder that holds every file; undefined for none. */
function commonFolder(files: string[]): string | undefined {
  const folders = files.map((file) => dirname(file).split(sep));
  const first = folders[0];
  if (!first) return undefined;
  const depth = first.findIndex((part, index) => folders.some((folder) => folder[index] !== part));
  return (depth === -1 ? first : first.slice(0, depth)).join(sep) || sep;
}

function withoutExtension(file: string): string {
  return file.slice(0, file.length - extname(file).length);
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}
