import { availableParallelism, tmpdir } from 'node:os';
import path from 'node:path';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

// Workers, and the processes that tests start, take what Node.js compiled before from where `longhaul` keeps it, too.
process.env.NODE_COMPILE_CACHE ??= path.join(tmpdir(), 'node-compile-cache');
// The same for Python, and away from the sources.
process.env.PYTHONPYCACHEPREFIX ??= path.join(tmpdir(), 'python-compile-cache');

// By it `longhaul` knows that npm runs it, and calls itself `npx longhaul` in what it says.
delete process.env.npm_command;

// A file belongs where its folder does, unless its name says otherwise: `*.unit.test.ts`, `*.engine.test.ts`, `*.e2e.test.ts`.
/** What starts no process and nothing of the engine. */
const unit = [
  'tests/{asl,client,csv-report,functions,rights,state-machine,template}/!(*.e2e|*.engine).test.ts',
  'tests/{cli,runtime}/*.unit.test.ts',
];
/** The same, where modules are mocked or loaded anew, or a fixture mocks: each file in a worker of its own. */
const isolated = [
  'tests/client/describe*.test.ts',
  'tests/functions/{middleware,own-key,samples,triggers-after}.test.ts',
];
/** Services of the engine, in the process of the test, over their wire protocol. */
const engine = ['tests/engine/!(*.e2e).test.ts', 'tests/**/*.engine.test.ts'];
const all = ['tests/**/*.test.ts', 'containers/*/*.test.ts'];

// What tests wait for comes from processes, and the machine may be busy: not the seconds of Vitest.
const patient = { testTimeout: 300_000, hookTimeout: 300_000, expect: { poll: { timeout: 60_000, interval: 100 } } };
const shared = { isolate: false, setupFiles: ['tests/leave-as-found.ts'] };
// Nothing in them waits: they take seconds, and on a busy machine ten times as many.
const withoutProcesses = {
  setupFiles: ['tests/leave-as-found.ts', 'tests/without-processes.ts'],
  testTimeout: 120_000,
};

/** The tests of Python's runtime take longest: begun last, they would be waited for. */
class PythonFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]) {
    const isPython = ({ moduleId }: TestSpecification) => moduleId.includes('/tests/python/');
    const sorted = await super.sort(files);
    return [...sorted.filter(isPython), ...sorted.filter((file) => !isPython(file))];
  }
}

export default defineConfig({
  test: {
    // Most tests wait for processes of their own: more workers than there are cores keep these busy.
    maxWorkers: availableParallelism() + 2,
    sequence: { sequencer: PythonFirst },
    projects: [
      { test: { name: 'unit', include: unit, exclude: isolated, ...shared, ...withoutProcesses } },
      { test: { name: 'unit-isolated', include: isolated, ...withoutProcesses } },
      { test: { name: 'engine', include: engine, ...shared, ...patient } },
      {
        test: {
          name: 'end-to-end',
          include: all,
          exclude: [...unit, ...engine],
          ...shared,
          ...patient,
        },
      },
    ],
  },
});
