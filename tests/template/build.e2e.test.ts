import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Build, build, fileName } from './build.ts';
import { functions, root } from './templates.ts';

const all = functions().map(({ path, resource, template }) => {
  const CodeUri = join(root, dirname(template), resource.Properties.CodeUri);
  return [path, { ...resource, Properties: { ...resource.Properties, CodeUri } }] as const;
});
const metadata = all[0]![1].Metadata;
let built: Build;
let types: Record<string, string>;

beforeAll(async () => {
  built = await build(metadata.BuildProperties);
  types = typesOfHandlers();
});
afterAll(() => built?.remove());

/**
 * The `Handler` that `sam build` writes for an esbuild function: it looks for `PATH.js` in the artifact, and keeps the last
 * part of the name only where that file is not there (aws-sam-cli 1.164, `samcli/lib/build/bundler.py`).
 */
function handlerAfterSamBuild(handler: string, artifact: string): string {
  const path = join(dirname(handler), basename(handler, `.${handler.split('.').at(-1)}`));
  return existsSync(join(artifact, `${path}.js`)) ? handler : basename(handler);
}

/** Loads every handler in one process, and tells what type it has: the entry point is loaded anew for each function. */
const loadAll = `
for (const [path, file, name, FUNCTION] of JSON.parse(process.argv[1])) {
  process.env.FUNCTION = FUNCTION;
  const loaded = await import(\`\${file}?\${path}\`).catch((error) => ({ [name]: String(error) }));
  console.log(JSON.stringify([path, typeof loaded[name] === 'function' ? 'function' : String(loaded[name])]));
}`;

function typesOfHandlers(): Record<string, string> {
  const handlers = all.map(([path, { Properties }]) => {
    const [module, name] = handlerAfterSamBuild(Properties.Handler, built.output).split('.');
    return [path, join(built.output, `${module}.mjs`), name, Properties.Environment.Variables.FUNCTION];
  });
  // An environment as bare as possible: nothing is found that was not bundled.
  const lines = execFileSync(process.execPath, ['--input-type=module', '-e', loadAll, JSON.stringify(handlers)], {
    cwd: built.output,
    env: {},
    encoding: 'utf8',
  });
  return Object.fromEntries(
    lines
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
}

test.each(all)('%s: its handler is in the build and loads with nothing beside it', (path) => {
  expect(types[path]).toBe('function');
});

test('a name that FUNCTION cannot have is refused with the names that it can', () => {
  const script = `await import(${JSON.stringify(join(built.output, 'index.mjs'))}).catch((error) => process.stdout.write(error.message));`;
  const message = (environment: Record<string, string>) =>
    execFileSync(process.execPath, ['--input-type=module', '-e', script], { env: environment, encoding: 'utf8' });
  expect(message({ FUNCTION: 'triggers/s4' })).toContain(
    "it is 'triggers/s4', and must be one of triggers/s3, triggers/sqs,",
  );
  expect(message({})).toContain("it is '', and must be one of");
  expect(message({ FUNCTION: 'constructor' })).toContain("it is 'constructor'");
});

// SAM builds functions together only where all of these are equal (aws-sam-cli 1.164, `build_graph.py`).
test.each(all)('%s is built together with the others, once', (_path, { Metadata, Properties }) => {
  expect(Metadata).toEqual(metadata);
  const { CodeUri, Handler, Runtime, Architectures } = all[0]![1].Properties;
  expect(Properties).toMatchObject({ CodeUri, Handler, Runtime, Architectures });
});

/** The chunk that holds a module of the app, which esbuild names after the module's file and a hash. */
function chunkOf(module: string): string {
  const [chunk] =
    Object.entries(built.outputs).find(([, { entryPoint }]) => entryPoint === `functions/${module}.ts`) ?? [];
  if (!chunk) throw new Error(`No chunk of the build begins with functions/${module}.ts`);
  return chunk;
}

/** The files whose code is in what is loaded with `entry`, without what it imports when it needs it. */
function filesOf(entry: string): string[] {
  const seen = new Set<string>();
  const visit = (file: string): void => {
    if (seen.has(file)) return;
    seen.add(file);
    for (const { path, kind } of built.outputs[file]?.imports ?? [])
      if (kind === 'import-statement') visit(fileName(path));
  };
  visit(entry);
  return [...seen].flatMap((file) => Object.keys(built.outputs[file]?.inputs ?? {}));
}

function packagesOf(entry: string): Set<string> {
  return new Set(filesOf(entry).map((input) => /node_modules\/((@[^/]+\/)?[^/]+)/.exec(input)?.[1] ?? 'own code'));
}

test.each(['s3', 'schedule', 'after', 'sqs', 'sns', 'eventbridge', 'logs'])(
  'triggers/%s loads neither schemas nor S3, SQS or Batch before it needs them',
  (name) => {
    const packages = packagesOf(chunkOf(`triggers/${name}/handler`));
    expect(packages).toContain('@aws-sdk/client-sfn');
    expect(packages).toContain('@middy/core');
    for (const other of ['zod', '@aws-sdk/client-s3', '@aws-sdk/client-sqs', '@aws-sdk/client-batch'])
      expect(packages).not.toContain(other);
  },
);

test('a trigger loads what starts executions, and nothing of what looks at them', () => {
  for (const name of ['s3', 'schedule', 'sqs', 'sns', 'eventbridge', 'logs', 'dynamodb', 'kinesis', 'http']) {
    const own = filesOf(chunkOf(`triggers/${name}/handler`)).filter((file) => file.startsWith('longhaul/client/'));
    expect(own, name).toContain('longhaul/client/start.ts');
    for (const other of ['describe', 'list', 'logs', 'client', 'index']) {
      expect(own, name).not.toContain(`longhaul/client/${other}.ts`);
    }
  }
});

test('the entry point loads no module but the one that FUNCTION names', () => {
  expect(filesOf('index.mjs')).toEqual(['functions/index.ts']);
});

test('no source maps are built, and no function pays for reading them at its start', () => {
  expect(globSync('**/*.map', { cwd: built.output })).toEqual([]);
  // SAM sets NODE_OPTIONS=--enable-source-maps on every function whose build has this property.
  expect(metadata.BuildProperties).not.toHaveProperty('Sourcemap');
});

test('two builds in different folders are the same to the byte', async () => {
  const other = await build(metadata.BuildProperties, built);
  try {
    const contents = ({ output }: Build) =>
      globSync('**/*.mjs', { cwd: output })
        .sort()
        .map((file) => [file, readFileSync(join(output, file), 'utf8')]);
    expect(contents(other)).toEqual(contents(built));
  } finally {
    await other.remove();
  }
});
