import { BlockList, isIP } from 'node:net';
import { constants } from 'node:os';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { DATA_DIRECTORY } from '../engine/data-directory.ts';
import { startEngine } from '../engine/index.ts';
import { executionLine } from './execution-line.ts';
import { namedValue } from './named-value.ts';
import { stopSignal } from './stop-signal.ts';
import { terminalWidth } from './terminal.ts';
import { welcome } from './welcome.ts';

/** `longhaul start`: the engine in the foreground, until Ctrl-C. */
export function startCommand(): Command {
  return new Command('start')
    .description('Run the stack of template.yaml on this machine: no AWS account, no Docker.')
    .option('--port <port>', 'port of the AWS endpoint; 0 finds a free one', port, 4566)
    .option('--api-port <port>', 'port of the HTTP API; 0 finds a free one', port, 3000)
    .option('--template <file>', 'the template to run', 'template.yaml')
    .option(
      '--with-stack <name=file>',
      'another stack to run beside it, with its name and template; may be repeated',
      namedValue('name=file'),
    )
    .option('--data <directory>', 'where state is kept between starts', DATA_DIRECTORY)
    .option(
      '--listen <address>',
      'another address of this machine for the AWS endpoint, for containers on Linux: 172.17.0.1',
      address,
    )
    .option(
      '--parameter <Name=value>',
      "a template parameter, over samconfig.toml's local environment",
      namedValue('Name=value'),
    )
    .option('--quiet', 'print no line when an execution starts, is interrupted, tries again or ends')
    .option(
      '--strict',
      'refuse what the role of a function or job in the template does not allow, instead of only saying so',
    )
    .option('--bytes-per-second <number>', 'slow down the reading of S3 objects, to watch a job at work', positive)
    .addHelpText(
      'after',
      `
Examples:
  longhaul start
  longhaul start --with-stack orders=orders/template.yaml
  longhaul start --port 0 --api-port 0 --data /tmp/scratch
  longhaul start --strict
  longhaul start --parameter CsvReportImage= `,
    )
    .action(async (options) => {
      // Whoever read the output may be gone (a closed terminal, `| head`): the engine must still stop its jobs cleanly.
      for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
      const projectDirectory = path.dirname(path.resolve(options.template));
      const engine = await startEngine({
        projectDirectory,
        template: path.resolve(options.template),
        stacks: options.withStack,
        dataDirectory: path.resolve(options.data),
        port: options.port,
        apiPort: options.apiPort,
        listen: options.listen,
        parameters: options.parameter,
        bytesPerSecond: options.bytesPerSecond,
        strict: options.strict,
        onNotice: (notice) => console.log(notice),
        onExecution: options.quiet ? undefined : (news) => console.log(executionLine(news, terminalWidth() ?? 80)),
      }).catch((error: Error) => {
        console.error(`longhaul start: ${error.message}`);
        process.exit(1);
      });
      // Before the welcome: whoever reads it may stop the engine at once.
      const stopped = stopSignal(process, (signal) => {
        engine.fleet.kill();
        process.exit(128 + constants.signals[signal]);
      });
      console.log(welcome(engine, options.data, Object.keys(options.withStack ?? {})));
      await stopped;
      console.log('\nStopping: jobs that run are told to save their checkpoint, and continue at the next start.');
      await engine.close();
    });
}

function port(value: string): number {
  const number = Number(value);
  if (!Number.isInteger(number) || number < 0 || number > 65535) {
    throw new InvalidArgumentError('A port is a number from 0 to 65535.');
  }
  return number;
}

function address(value: string): string {
  if (isIP(value) === 0) throw new InvalidArgumentError('An IP address of this machine is wanted, such as 172.17.0.1.');
  const all = new BlockList();
  all.addAddress('0.0.0.0');
  all.addAddress('::', 'ipv6');
  if (all.check(value, isIP(value) === 6 ? 'ipv6' : 'ipv4')) {
    throw new InvalidArgumentError('This means every address of this machine. Name the one that containers reach.');
  }
  return value;
}

function positive(value: string): number {
  const number = Number(value);
  if (!(number > 0)) throw new InvalidArgumentError('A number above 0 is wanted.');
  return number;
}
