import { defineJob } from '../../client/job.ts';

/** What a job is called where: `my-job` in its folder, `myJob` in TypeScript, `MyJob` in the template. */
export interface JobNames {
  name: string;
  variable: string;
  logicalId: string;
  /** Of the template, with the image: `MyJobImage`. */
  parameter: string;
  /** Whether there is an image: `HasMyJob`. */
  condition: string;
}

/**
 * @throws TypeError for a name that no job may have, see `defineJob`, or that gives no identifier
 */
export function jobNames(name: string): JobNames {
  defineJob({ name });
  if (/-(-|$)/.test(name)) {
    throw new TypeError(
      `A name with two hyphens in a row or one at its end cannot be told from another; got "${name}"`,
    );
  }
  const variable = name.replace(/-(.)/g, (_, first: string) => first.toUpperCase());
  if (RESERVED.has(variable)) {
    throw new TypeError(
      `"${name}" is a word of TypeScript, Python or this command, or means something else in a job's files; try "${name}-job"`,
    );
  }
  const logicalId = variable[0]!.toUpperCase() + variable.slice(1);
  return { name, variable, logicalId, parameter: `${logicalId}Image`, condition: `Has${logicalId}` };
}

/**
 * What a name must not be, since it becomes a variable. ECMAScript, "Reserved words", and what strict mode adds; Python, "Keywords";
 * what the files of a new job, and `containers/jobs.ts`, import or declare already; the subcommand of `longhaul new`; and YAML 1.1,
 * "Boolean", since it becomes a key.
 */
const RESERVED = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally for ' +
    'function if implements import in instanceof interface let new null package private protected public return static super ' +
    'switch this throw trigger true try typeof var void while with yield and as assert async def del elif except from global is ' +
    'lambda nonlocal not or pass raise undefined jobs test expect ' +
    'z work input sleep typed defineJob implementJob on off yes no y n'
  ).split(' '),
);
