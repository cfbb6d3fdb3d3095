import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { Command } from 'commander';
import { systemClock, VirtualClock } from './clock.ts';
import { parseDefinition } from './definition/parse.ts';
import { execute, type Outcome } from './execute.ts';
import type { HistoryEvent, Json } from './host.ts';
import { MemoryJournal } from './memory-journal.ts';
import { type Mocks, mockedTasks, mocksSchema } from './run-mocks.ts';

interface Options {
  mocks?: string;
  history?: true;
  fast?: true;
}

const program = new Command('node longhaul/asl/run.ts')
  .description('Run a state machine of JSONata states, and print its output as JSON, or its error and cause.')
  .argument('<definition>', 'file with the definition, in YAML or JSON')
  .argument('[input]', 'input of the execution: JSON, a file with JSON, or - for standard input', '{}')
  .option('--mocks <file>', 'JSON file with the results of Task states: state name → list of answers')
  .option('--history', 'print the events of the execution to standard error, one JSON object a line')
  .option('--fast', 'let waits, backoffs and timeouts pass at once')
  .addHelpText(
    'after',
    `
Answers of tasks are { "return": … } or { "throw": { "error": "…", "cause": "…" } }; they are used in order, the last one
again and again. The exit code is 0 when the execution succeeded, and 1 otherwise.

Examples:
  node longhaul/asl/run.ts machine.yaml '{"name":"world"}'
  node longhaul/asl/run.ts machine.json input.json --mocks results.json --fast --history`,
  )
  .action(async (definition: string, input: string, options: Options) => {
    try {
      report(await run(definition, input, options));
    } catch (error) {
      const { name, message } = error as Error;
      report({ status: 'FAILED', error: name, cause: message });
    }
  });

await program.parseAsync();

async function run(file: string, inputText: string, options: Options): Promise<Outcome> {
  const definition = parseDefinition(readText(file, 'definition'));
  const input = readInput(inputText);
  const mocks = options.mocks === undefined ? {} : readMocks(options.mocks);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort({ error: 'Interrupted', cause: 'Stopped from the keyboard' }));
  const clock = options.fast ? new VirtualClock(Date.now()) : systemClock;
  const machine = basename(file).replace(/\..*$/, '');
  const print = (event: HistoryEvent): void => console.error(JSON.stringify(event));
  const outcome = await execute(definition, {
    input,
    context: {
      execution: {
        id: `arn:aws:states:us-east-1:000000000000:execution:${machine}:run`,
        name: 'run',
        roleArn: 'arn:aws:iam::000000000000:role/run',
        startTime: clock.now(),
      },
      stateMachine: { id: `arn:aws:states:us-east-1:000000000000:stateMachine:${machine}`, name: machine },
    },
    host: {
      run: mockedTasks(mocks),
      clock,
      journal: new MemoryJournal(options.history && print),
      random: Math.random,
    },
    signal: stop.signal,
  });
  // As Step Functions, the outcome of a time-out says no more than its status; here there is nothing else to read it from.
  if (outcome.status !== 'TIMED_OUT') return outcome;
  return {
    status: 'TIMED_OUT',
    error: 'States.Timeout',
    cause: `The execution took longer than its TimeoutSeconds, ${definition.TimeoutSeconds}`,
  };
}

function report(outcome: Outcome): void {
  if (outcome.status === 'SUCCEEDED') {
    console.log(JSON.stringify(outcome.output, undefined, 2));
    return;
  }
  const { error = '', cause = '' } = outcome;
  console.log(JSON.stringify({ error, cause }, undefined, 2));
  console.error(`The execution ended as ${outcome.status}${error && `: ${error}`}${cause && `: ${cause}`}`);
  process.exitCode = 1;
}

function readInput(text: string): Json {
  if (text === '-') return parseJson(readFileSync(0, 'utf8'), 'The input on standard input');
  if (existsSync(text)) return parseJson(readFileSync(text, 'utf8'), `The input in ${text}`);
  return parseJson(text, 'The input (there is no file of that name)');
}

function readMocks(file: string): Mocks {
  const checked = mocksSchema.safeParse(parseJson(readText(file, 'file of --mocks'), `The file of --mocks, ${file},`));
  if (checked.success) return checked.data;
  const problems = checked.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`The mocks in ${file} are not valid: ${problems.join('; ')}`);
}

function readText(file: string, what: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`The ${what} cannot be read: ${(error as Error).message}`);
  }
}

function parseJson(text: string, what: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    throw new Error(`${what} is not JSON: ${(error as Error).message}`);
  }
}
