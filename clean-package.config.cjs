// How package.json looks in the published package, where it describes the library alone: `npm pack` and `npm publish` swap it
// and put it back. Here its `dependencies` are what the app's functions and job containers need, see README.md.
const { exports: entries, bin, dependencies, devDependencies } = require('./package.json');

/** Of the client, the runtime and the command line; and what their users have anyway: the S3 client's own parts, zod. */
const NEEDED = [
  '@aws-sdk/checksums',
  '@aws-sdk/client-batch',
  '@aws-sdk/client-cloudformation',
  '@aws-sdk/client-cloudwatch-logs',
  '@aws-sdk/client-ecs',
  '@aws-sdk/client-lambda',
  '@aws-sdk/client-s3',
  '@aws-sdk/client-scheduler',
  '@aws-sdk/client-sfn',
  '@aws-sdk/client-sqs',
  '@aws-sdk/lib-storage',
  '@aws-sdk/util-dynamodb',
  '@bomb.sh/tab',
  '@smithy/core',
  '@smithy/signature-v4',
  '@standard-schema/spec',
  'cli-progress',
  'cli-table3',
  'commander',
  'string-width',
  // Not an optional peer: npm would refuse to install Longhaul where an app's own schemas are of zod 3.
  'zod',
];

/**
 * Of the engine, the interpreter, and the commands for a developer's machine (new, event): a lot, with web servers among them.
 * As optional peers they are with whoever runs the engine (who is told what to install), and not in a container or function that
 * uses the runtime or the client. tests/package says when one is missing here.
 */
const FOR_THE_ENGINE = [
  '@aws-sdk/client-dynamodb',
  '@aws-sdk/client-eventbridge',
  '@aws-sdk/client-kinesis',
  '@aws-sdk/client-secrets-manager',
  '@aws-sdk/client-sns',
  '@aws-sdk/lib-dynamodb',
  'chokidar',
  'croner',
  'dynalite',
  'fast-xml-parser',
  'fauxqs',
  'jose',
  'jsonata',
  'smol-toml',
  'yaml',
];

const compiled = (/** @type {Record<string, string>} */ sources) =>
  Object.fromEntries(
    Object.entries(sources).map(([name, source]) => [name, source.replace(/^\.\/longhaul\/(.+)\.ts$/, './dist/$1.js')]),
  );

const versions = (/** @type {string[]} */ names) =>
  Object.fromEntries(names.map((name) => [name, { ...dependencies, ...devDependencies }[name]]));

module.exports = {
  remove: ['devDependencies', 'scripts', 'allowScripts'],
  replace: {
    exports: compiled(entries),
    bin: compiled(bin),
    dependencies: versions(NEEDED),
    peerDependencies: versions(FOR_THE_ENGINE),
    peerDependenciesMeta: Object.fromEntries(FOR_THE_ENGINE.map((name) => [name, { optional: true }])),
  },
};
