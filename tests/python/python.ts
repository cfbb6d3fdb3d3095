import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';

export const root = join(import.meta.dirname, '../..');
export const runtime = join(root, 'longhaul/runtime/python');

/** `python3` itself: the one in PATH may be a script that looks for it at each start, as pyenv's does. */
const executable = spawnSync('python3', ['-c', 'import sys; print(sys.executable)'], { encoding: 'utf8' }).stdout;

/** What a Python process needs of this machine's environment, and where it finds the runtime. */
export const pythonEnvironment = {
  PATH: dirname(executable || process.execPath) + delimiter + process.env.PATH,
  HOME: process.env.HOME,
  PYTHONPATH: join(runtime, 'src'),
  PYTHONPYCACHEPREFIX: process.env.PYTHONPYCACHEPREFIX,
  // Threads of numpy that wait for work spin, beside other tests.
  OPENBLAS_NUM_THREADS: '1',
  AWS_DEFAULT_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'any',
  AWS_SECRET_ACCESS_KEY: 'thing',
  AWS_CONFIG_FILE: '/nowhere',
  AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
};

/** What tests of Python jobs lack on this machine, in words; undefined when all is there. */
export function lacking(packages: string[]): string | undefined {
  const asked = `import importlib.util as u, sys
print('Python 3.11' if sys.version_info < (3, 11) else ' '.join(n for n in sys.argv[1:] if u.find_spec(n) is None))`;
  const { status, stdout } = spawnSync('python3', ['-c', asked, ...packages], { encoding: 'utf8' });
  return status === 0 ? stdout.trim() || undefined : 'python3';
}

/** The name of a suite, and why it is skipped where it is. */
export const named = (name: string, lack: string | undefined): string => (lack ? `${name} (needs ${lack})` : name);
