import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as esbuild from 'esbuild';
import { type Build, build, fileName } from '../../tests/template/build.ts';
import { functions } from '../../tests/template/templates.ts';

type Outputs = Build['outputs'];

export interface Built {
  name: string;
  /** The file that Lambda would load. */
  file: string;
  /** The handler's name in it. */
  exported: string;
  /** A sample event. */
  event: string;
  /** Of that file and all that it loads before the first event. */
  loadedBytes: number;
  /** What the process is started with, besides what every function has. */
  environment?: Record<string, string>;
}

const root = path.resolve(import.meta.dirname, '../..');

/** All triggers of the app, built as `sam build` builds them. */
export async function buildTriggers(): Promise<{ handlers: Built[]; remove(): Promise<void> }> {
  // Two blocks of one trigger run the same code.
  const all = [...new Map(functions().map((one) => [one.name, one])).values()];
  const { output, outputs, remove } = await build(all[0]?.resource.Metadata.BuildProperties);
  const handlers = all.flatMap(({ name, resource }) => {
    const { FUNCTION } = resource.Properties.Environment.Variables;
    // The sweep takes no event.
    if (!FUNCTION.startsWith('triggers/') || FUNCTION === 'triggers/after/sweep') return [];
    const module = [`functions/${FUNCTION}/handler.ts`, `functions/${FUNCTION}.ts`];
    const [chunk = ''] = Object.entries(outputs).find(([, { entryPoint = '' }]) => module.includes(entryPoint)) ?? [];
    const loaded = new Set<string>();
    return [
      {
        name,
        file: path.join(output, 'index.mjs'),
        exported: 'handler',
        event: path.join(root, 'events', `${name}.json`),
        loadedBytes: loadedBytes('index.mjs', outputs, loaded) + loadedBytes(chunk, outputs, loaded),
        environment: { FUNCTION },
      },
    ];
  });
  return { handlers, remove };
}

/**
 * The plain handler, bundled with the build properties that `sam init` writes for TypeScript: one minified CommonJS file with
 * its source map, for which SAM turns on `--enable-source-maps` (SAM CLI, `EsbuildBundler`), and the same without the option.
 */
export async function buildPlain(): Promise<{ handlers: [Built, Built]; remove(): Promise<void> }> {
  const directory = await mkdtemp(path.join(tmpdir(), 'longhaul-bench-'));
  const file = path.join(directory, 'app.js');
  const { metafile } = await esbuild.build({
    entryPoints: [path.join(import.meta.dirname, 'plain.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'es2020',
    minify: true,
    sourcemap: true,
    metafile: true,
    logLevel: 'warning',
  });
  const [, described] = Object.entries(metafile.outputs).find(([name]) => name.endsWith('app.js'))!;
  const plain = {
    file,
    exported: 'handler',
    event: path.join(root, 'events/S3Trigger.json'),
    loadedBytes: described.bytes,
  };
  return {
    handlers: [
      { ...plain, name: 'plain, as sam init builds it', environment: { NODE_OPTIONS: '--enable-source-maps' } },
      { ...plain, name: 'plain, source maps off' },
    ],
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

function loadedBytes(entry: string, outputs: Outputs, seen = new Set<string>()): number {
  if (seen.has(entry)) return 0;
  seen.add(entry);
  const { bytes, imports } = outputs[entry]!;
  return imports
    .filter(({ kind, path }) => kind === 'import-statement' && fileName(path) in outputs)
    .reduce((sum, { path }) => sum + loadedBytes(fileName(path), outputs, seen), bytes);
}
