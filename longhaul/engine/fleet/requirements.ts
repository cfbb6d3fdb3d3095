import { execFile } from 'node:child_process';
import { basename } from 'node:path';

/** `Metadata.DevRequires`: what a job that runs from source takes of this machine. */
export interface Requirements {
  /** The least version of `python3`, as `3.11`. */
  python: string;
  /** Packages that it must be able to import, by the names that pip has. */
  packages: string[];
}

/** Of a template's `DevRequires: { Python: "3.11", Packages: [boto3, numpy] }`. */
export function requirementsOf({ DevRequires: requires }: Record<string, unknown>): Requirements | undefined {
  if (typeof requires !== 'object' || requires === null) return undefined;
  const { Python = '3', Packages = [] } = requires as { Python?: unknown; Packages?: unknown[] };
  return { python: String(Python), packages: Packages.map(String) };
}

/** Answers `version`, or the packages that are not there. A package's folder has `_` where pip's name has `-`. */
const ASK = `
import importlib.util, sys
wanted = tuple(map(int, sys.argv[1].split('.')))
if sys.version_info[:len(wanted)] < wanted:
    print('version', sys.version.split()[0])
else:
    print(*(name for name in sys.argv[2:] if importlib.util.find_spec(name.replace('-', '_')) is None))
`;

/** Of a search path, what was found to be whole: it is not asked again. */
const whole = new Set<string>();

/**
 * What of it is not there, and how to get it; undefined when all is. Python itself is asked, which takes some 50 ms; once all is
 * there it is not asked again.
 */
export async function lacking(
  { python, packages }: Requirements,
  searchPath: string | undefined,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const key = JSON.stringify([searchPath, python, packages]);
  if (whole.has(key)) return undefined;
  const install = packages.length > 0 ? `python3 -m pip install ${packages.join(' ')}` : '';
  const answer = await ask(['-c', ASK, python, ...packages], searchPath, signal);
  if (answer === undefined) {
    return `there is no python3: install Python ${python} or newer${install && `, then: ${install}`}`;
  }
  const [first, ...others] = answer.split(' ').filter(Boolean);
  if (first === undefined) whole.add(key);
  else if (first === 'version') return `python3 is Python ${others[0]}: install ${python} or newer`;
  else return `python3 has no ${[first, ...others].join(', ')}: python3 -m pip install ${[first, ...others].join(' ')}`;
  return undefined;
}

/** Says for each job what it lacks on this machine. Nobody waits for it: what runs without that runs. */
export function sayWhatIsLacking(
  jobs: { directory: string; requires?: Requirements }[],
  searchPath: string | undefined,
  { onNotice, signal }: { onNotice(notice: string): void; signal: AbortSignal },
): void {
  for (const { directory, requires } of jobs) {
    if (!requires) continue;
    void lacking(requires, searchPath, signal).then((lack) => {
      if (lack && !signal.aborted) onNotice(`The job ${basename(directory)} cannot run here: ${lack}`);
    });
  }
}

/** What Python printed; undefined when it could not be run. */
function ask(args: string[], searchPath: string | undefined, signal?: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    const env = { PATH: searchPath };
    execFile('python3', args, { env, signal, timeout: 30_000 }, (error, stdout) => {
      resolve(error ? undefined : stdout.trim());
    });
  });
}
