import { type ChildProcess, spawn } from 'node:child_process';
import { extname, join } from 'node:path';
import type { FunctionDefinition } from './definition.ts';
import { resolveHandler } from './handler-source.ts';
import { type ProcessIdentity, processEnvironment } from './process-environment.ts';

/** A source beside this one; JavaScript in the published package. */
const BOOTSTRAP = join(import.meta.dirname, 'runtime', `bootstrap${extname(import.meta.filename)}`);

/**
 * Starts a function's process: our runtime for Node.js, or for `provided` the `bootstrap` in the code's folder.
 *
 * @throws Error named `Runtime.…` when the handler's source is not there
 */
export function launch(
  definition: FunctionDefinition,
  identity: ProcessIdentity,
  engine: Record<string, string>,
): ChildProcess {
  const [command, argv] = commandOf(definition);
  return spawn(command, argv, {
    cwd: definition.taskRoot,
    env: processEnvironment(definition, identity, engine),
    stdio: ['ignore', 'pipe', 'pipe'],
    // A process group of its own, so that what it starts can be ended with it.
    detached: true,
  });
}

function commandOf({ runtime, taskRoot, handler, entryPoints, memorySize }: FunctionDefinition): [string, string[]] {
  if (runtime.startsWith('provided')) return [join(taskRoot, 'bootstrap'), []];
  const { file, exported } = resolveHandler(taskRoot, handler, entryPoints);
  return [process.execPath, [`--max-old-space-size=${memorySize}`, BOOTSTRAP, file, exported]];
}

/** Kills the process and everything in its group, which may be gone already. */
export function killGroup(child: ChildProcess | undefined): void {
  if (!child?.pid) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
