import { cpSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { type BuildResult, build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../end-to-end/process.ts';
import { describeImages } from './images.ts';
import { install, type Packed, pack, removeTemporaryDirectories, temporaryDirectory } from './install.ts';

let packed: Packed;
/** With the package and its dependencies: a container, a function. */
let lean: string;
/** With the engine's packages as well: the app on a developer's machine. */
let whole: string;
/** Where the bundle of the app's job is, and nothing else. */
let image: { directory: string; metafile: Metafile };

beforeAll(async () => {
  packed = await pack();
  const { dependencies, peerDependencies } = packed.manifest;
  lean = await install(packed, [...Object.keys(dependencies), '@types/node']);
  whole = await install(packed, [...Object.keys(dependencies), ...Object.keys(peerDependencies), '@types/node']);
  const directory = temporaryDirectory('image');
  image = { directory, ...(await bundle([path.join(lean, 'main.ts')], { outfile: path.join(directory, 'main.mjs') })) };
});

afterAll(removeTemporaryDirectories);

test('the package holds the compiled library, its types and source maps, and nothing of the app', () => {
  const others = packed.files.filter((file) => !/^dist\/(asl|cli|client|engine|runtime|testing)\//.test(file));
  expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
  for (const ending of ['.js', '.d.ts', '.js.map']) expect(packed.files).toContain(`dist/client/index${ending}`);
  // What `longhaul new` copies is source, for the user's project.
  const compiled = packed.files.filter((file) => !file.startsWith('dist/cli/new/files/'));
  expect(compiled.filter((file) => /(?<!\.d)\.ts$/.test(file))).toEqual([]);
});

test('the Python runtime is in it, as pip installs it, without its tests', () => {
  const python = packed.files.filter((file) => file.startsWith('dist/runtime/python/') && !file.endsWith('/'));
  for (const file of [
    'pyproject.toml',
    'src/longhaul/__init__.py',
    'src/longhaul/py.typed',
    'src/longhaul/decode/__init__.py',
  ]) {
    expect(python).toContain(`dist/runtime/python/${file}`);
  }
  expect(
    python.filter((file) => !/\/(pyproject\.toml|src\/longhaul\/(py\.typed|(\w+\/)?\w+\.py))$/.test(file)),
  ).toEqual([]);
});

test('packing leaves package.json as it was', () => {
  expect(packed.source.after).toBe(packed.source.before);
});

test('client, runtime and testing load with the dependencies alone; all entry points with the engine’s packages', async () => {
  const names = (entry: string) => `console.log(Object.keys(await import('${entry}')).join())`;
  const loaded = async (project: string, entry: string) => {
    const { ended, output } = run(project, process.execPath, '--input-type=module', '--eval', names(entry));
    expect(await ended, output()).toBe(0);
    return output();
  };
  expect(await loaded(lean, 'longhaul')).toContain('defineJob');
  expect(await loaded(lean, 'longhaul/trigger')).toContain('startExecution');
  expect(await loaded(lean, 'longhaul/runtime')).toContain('runJob');
  expect(await loaded(lean, 'longhaul/testing')).toContain('testJob');
  expect(await loaded(whole, 'longhaul/asl')).toContain('parseDefinition');
  expect(await loaded(whole, 'longhaul/engine')).toContain('startEngine');
});

test('whatever the code imports is declared: by client and runtime as dependencies, by the rest also as optional peers', async () => {
  const { dependencies, peerDependencies } = packed.manifest;
  const imported = async (...entries: string[]) => {
    const { metafile } = await bundle(
      entries.map((entry) => path.join(whole, 'node_modules/longhaul/dist', entry)),
      { packages: 'external' },
    );
    const imports = Object.values(metafile.inputs).flatMap((input) => input.imports);
    const names = imports
      .filter(({ external, path }) => external && !path.startsWith('node:'))
      .map((each) => packageOf(each.path));
    return [...new Set(names)].sort();
  };
  const needed = await imported('client/index.js', 'client/trigger.js', 'runtime/index.js', 'testing/index.js');
  const all = await imported('client/index.js', 'runtime/index.js', 'asl/index.js', 'engine/index.js', 'cli/main.js');
  const declared = { ...peerDependencies, ...dependencies };
  expect({
    'to be added to NEEDED in clean-package.config.cjs': needed.filter((name) => !(name in dependencies)),
    'to be added to FOR_THE_ENGINE': all.filter((name) => !(name in declared)),
  }).toEqual({ 'to be added to NEEDED in clean-package.config.cjs': [], 'to be added to FOR_THE_ENGINE': [] });
});

test('TypeScript finds the types of every entry point', async () => {
  const tsc = path.resolve('node_modules/.bin/tsc');
  const { ended, output } = run(whole, tsc, '--project', '.');
  expect(await ended, output()).toBe(0);
});

test('a job file runs: started by hand, it says how it is started', async () => {
  const { ended, output } = run(lean, process.execPath, 'main.ts');
  expect(await ended).toBe(65);
  expect(output()).toContain('This is the Longhaul job "resize". It was started by hand');
});

test('a bundle for a container image runs on its own and has no engine in it', async () => {
  const files = Object.keys(image.metafile.inputs);
  const areas = files.map((file) => /longhaul\/dist\/(\w+)\//.exec(file)?.[1]).filter((area) => area !== undefined);
  expect([...new Set(areas)].sort()).toEqual(['client', 'runtime']);
  for (const name of Object.keys(packed.manifest.peerDependencies)) {
    expect(files.filter((file) => file.includes(`node_modules/${name}/`))).toEqual([]);
  }
  const outside = Object.values(image.metafile.outputs).flatMap((output) => output.imports);
  expect(outside.filter(({ path }) => !isBuiltin(path))).toEqual([]);
  const { ended, output } = run(image.directory, process.execPath, 'main.mjs');
  expect(await ended).toBe(65);
  expect(output()).toContain('This is the Longhaul job "resize". It was started by hand');
});

test('the command line works without the engine’s packages, and says what to install before it starts', async () => {
  const help = run(lean, 'npx', '--offline', 'longhaul', '--help');
  expect(await help.ended, help.output()).toBe(0);
  expect(help.output()).toContain('Usage: longhaul');
  const start = run(lean, path.join(lean, 'node_modules/.bin/longhaul'), 'start', '--port', '0', '--api-port', '0');
  expect(await start.ended).toBe(1);
  expect(start.output()).toMatch(/npm install --save-dev .*"fauxqs@2\.4"/);
  expect(start.output()).not.toContain('    at ');
});

test('the engine runs the template of another app: its function, imported from TypeScript, writes to its bucket, and so does its job', async () => {
  const longhaul = path.join(whole, 'node_modules/.bin/longhaul');
  const engine = run(whole, longhaul, 'start', '--port', '0', '--api-port', '0');
  await engine.says('Ctrl-C stops it');
  expect(engine.output()).not.toContain('undefined');
  const endpoint = engine.output().match(/AWS endpoint +(\S+)/)![1]!;
  const aws = { endpoint, region: 'us-east-1', credentials: { accessKeyId: 'a', secretAccessKey: 'b' } };

  const { Payload, FunctionError } = await new LambdaClient(aws).send(
    new InvokeCommand({ FunctionName: 'take-note', Payload: JSON.stringify({ note: 'from elsewhere' }) }),
  );
  const answer = JSON.parse(Buffer.from(Payload!).toString());
  expect(FunctionError, JSON.stringify(answer)).toBeUndefined();
  expect(answer.key).toMatch(/^resize-[0-9a-f]{32}$/);
  const stored = async (Key: string) => {
    const { Body } = await new S3Client(aws).send(new GetObjectCommand({ Bucket: 'notes', Key }));
    return Body!.transformToString();
  };
  expect(await stored(answer.key)).toBe('from elsewhere');

  // What an image of this app would run, started as the state machine starts it.
  const job = run(image.directory, 'env', ...variables(endpoint), process.execPath, 'main.mjs');
  expect(await job.ended, job.output()).toBe(0);
  expect(JSON.parse(await stored('executions/resize-1/result.json'))).toEqual({ pixels: 9 });
  engine.child.kill('SIGINT');
  expect(await engine.ended).toBe(0);
});

test('longhaul new adds a job to another app, whose image takes the runtime from the package', async () => {
  const elsewhere = temporaryDirectory('app');
  for (const file of ['template.yaml', 'samconfig.toml', 'containers/jobs.ts']) {
    cpSync(path.resolve(file), path.join(elsewhere, file));
  }
  const longhaul = path.join(whole, 'node_modules/.bin/longhaul');
  for (const language of ['ts', 'python', 'shell']) {
    const { ended, output } = run(elsewhere, longhaul, 'new', `a-${language}-job`, '--language', language);
    expect(await ended, output()).toBe(0);
  }
  const read = (file: string) => readFileSync(path.join(elsewhere, 'containers', file), 'utf8');
  expect(read('a-ts-job/Dockerfile')).not.toContain('COPY longhaul');
  expect(read('a-python-job/Dockerfile')).toContain('COPY node_modules/longhaul/dist/runtime/python/src ./');
  expect(read('jobs.ts')).toMatch(/\[\s*helloWorld,\s*csvReport/);
  expect(read('jobs.ts')).toContain("from './a-shell-job/job.ts'");
  for (const file of ['pyproject.toml', 'src/longhaul/__init__.py']) {
    expect(packed.files).toContain(`dist/runtime/python/${file}`);
  }
  expect(packed.files.filter((file) => file.includes('__pycache__'))).toEqual([]);
});

describe('elsewhere', () => describeImages(() => packed));

/** As the Dockerfile of csv-report bundles. */
function bundle(entryPoints: string[], options: { outfile?: string; packages?: 'external' }) {
  return build({
    entryPoints,
    bundle: true,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    mainFields: ['module', 'main'],
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    logLevel: 'silent',
    ...(options.outfile === undefined ? { write: false, outdir: 'unwritten' } : {}),
    ...options,
  }) as Promise<BuildResult<{ metafile: true }>>;
}

const variables = (endpoint: string) => [
  `AWS_ENDPOINT_URL=${endpoint}`,
  'AWS_REGION=us-east-1',
  'AWS_ACCESS_KEY_ID=a',
  'AWS_SECRET_ACCESS_KEY=b',
  'STP_TRIGGER_EVENT_DATA={"width":3}',
  'STP_JOB_NAME=resize',
  'STP_EXECUTION_ID=resize-1',
  'STP_CURRENT_ATTEMPT=1',
  'STP_MAXIMUM_ATTEMPTS=1',
  'STP_INTERRUPTIONS=0',
  'STP_ARTIFACTS_URI=s3://notes/executions/resize-1/',
];

const packageOf = (specifier: string) => specifier.match(/^(@[^/]+\/)?[^/]+/)![0];
