/** The jobs that the tests run as processes: `node jobs.ts NAME`. SIGUSR2 lets a job that says "waiting" go on. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, relative } from 'node:path';
import { setTimeout as pause, setImmediate as turn } from 'node:timers/promises';
import { z } from 'zod';
import { defineJob } from '../../longhaul/client/job.ts';
import {
  type HookContext,
  implementJob,
  type JobContext,
  type JobHandler,
  type JobHooks,
  PermanentJobError,
  runJob,
  TransientJobError,
} from '../../longhaul/runtime/index.ts';

async function nextOrder({ log }: JobContext): Promise<void> {
  const order = once(process, 'SIGUSR2');
  log.info('waiting');
  await order;
}

/** What is in a directory's files, by path. */
async function contents(directory: string): Promise<Record<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = files.map(async (file) => [relative(directory, file), await readFile(file, 'utf8')] as const);
  return Object.fromEntries(await Promise.all(texts));
}

/** Processes that have ended and that nobody has asked about, of those whose parent is this one: proc(5), `stat`. */
async function zombies(): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const stats = await Promise.all(pids.map((pid) => readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '')));
  return stats.filter((stat) => / Z /.test(stat) && stat.split(') ')[1]?.split(' ')[1] === String(process.pid)).length;
}

const never = () => new Promise<never>(() => {});

const handlers: Record<string, JobHandler> = {
  echo: ({ input, event, attempt, maxAttempts, interruptions, executionId, artifacts }) => ({
    input,
    event,
    attempt,
    maxAttempts,
    interruptions,
    executionId,
    uri: artifacts.uri,
  }),
  nothing: () => {},
  /** Counts from its checkpoint on until it is told to end, and leaves the processor to others in between. */
  async count({ checkpoint, signal, log }) {
    const from = (await checkpoint.load<{ step: number }>())?.step ?? 0;
    let ordered = false;
    process.once('SIGUSR2', () => {
      ordered = true;
    });
    log.info('from', { from });
    for (let step = from + 1; ; step++) {
      await pause(1);
      checkpoint.set({ step });
      if (signal.aborted) log.info('stopping', { step });
      signal.throwIfAborted();
      if (ordered) return { from, to: step };
    }
  },
  /** Sets one object over and over, more often than checkpoints are taken of it; then changes it half and is deaf. */
  async 'half-changed'(context) {
    const state = { offset: 0, sum: 0, filler: Array.from({ length: 10_000 }, (_, index) => index / 7) };
    for (let record = 0; record < 1000; record++) {
      state.offset++;
      state.sum++;
      context.checkpoint.set(state);
    }
    state.offset++;
    await nextOrder(context);
    return never();
  },
  /** A file that each start changes, one that stays, and one that is changed after the save; told "spoil", also while it ends. */
  async files({ input, checkpoint, signal, log }) {
    const step = (await checkpoint.load<{ step: number }>())?.step ?? 0;
    const file = (name: string) => join(checkpoint.directory, name);
    log.info('restored', { step, files: await contents(checkpoint.directory) });
    await mkdir(file('model'), { recursive: true });
    await writeFile(file('model/weights.bin'), `of step ${step + 1}`);
    await writeFile(file('constant'), 'always the same');
    await checkpoint.save({ step: step + 1 });
    await writeFile(file('log.txt'), `until step ${step + 2}`);
    checkpoint.set({ step: step + 2 });
    if (input === 'end') return contents(checkpoint.directory);
    const stopped = once(signal, 'abort');
    log.info('waiting');
    await stopped;
    if (input === 'spoil') await writeFile(file('log.txt'), 'half of');
    throw signal.reason;
  },
  /** Goes on saving files of its own, whatever becomes of it. */
  async 'saves-on'(context) {
    const { checkpoint, signal } = context;
    await checkpoint.save({ step: 0 });
    await nextOrder(context);
    for (let step = 1; step <= 5; step++) {
      await writeFile(join(checkpoint.directory, 'model'), `of step ${step}`);
      await checkpoint.save({ step }).catch(() => {});
    }
    signal.throwIfAborted();
  },
  async 'saved-then-deaf'(context) {
    await context.checkpoint.save({ step: 7 });
    await nextOrder(context);
    return never();
  },
  async 'waits-then-returns'(context) {
    const inherited = await context.checkpoint.load();
    await nextOrder(context);
    context.log.info('going on');
    await turn();
    return { attempt: context.attempt, interruptions: context.interruptions, inherited };
  },
  async 'returns-when-stopped'({ signal, log }) {
    const stopped = once(signal, 'abort');
    log.info('waiting');
    await stopped;
    return 'finished in time';
  },
  async progress(context) {
    context.progress(1, 1000, 'reading');
    await nextOrder(context);
    for (let done = 2; done <= 1000; done++) context.progress(done, 1000, 'reading');
  },
  async 'adds-artifacts'({ artifacts }) {
    await artifacts.put('report.html', '<h1>é</h1>');
    await artifacts.put('pages/1.bin', new Uint8Array([1, 2, 3]));
    const refused = await artifacts.put('result.json', '{}').catch((error: Error) => error.message);
    return {
      own: [...((await artifacts.get('pages/1.bin')) ?? [])],
      none: (await artifacts.get('none')) ?? null,
      refused,
    };
  },
  async permanent({ checkpoint }) {
    checkpoint.set({ step: 3 });
    throw new PermanentJobError('Row 7 is not a number');
  },
  async transient() {
    throw new TransientJobError('The supplier is away', { cause: new Error('ECONNREFUSED 192.0.2.1') });
  },
  async bug() {
    const nothing = JSON.parse('null') as { length: number };
    try {
      return nothing.length;
    } catch (cause) {
      throw new RangeError('Cannot count', { cause });
    }
  },
  async unsavable({ checkpoint }) {
    checkpoint.set({ columns: [{ mean: 1 }, { mean: Number.NaN }] });
  },
  async 'unhandled-rejection'({ checkpoint }) {
    checkpoint.set({ step: 5 });
    Promise.reject(new Error('nobody waits for this'));
    return never();
  },
  async 'uncaught-exception'({ checkpoint }) {
    checkpoint.set({ step: 6 });
    setTimeout(() => {
      throw new PermanentJobError('thrown from a timer');
    });
    return never();
  },
  /** The stop shows itself as something else, beside a promise that nobody waits for. */
  async 'broken-by-stop'(context) {
    const { checkpoint, signal } = context;
    checkpoint.set({ step: 8 });
    signal.addEventListener('abort', () => {
      Promise.reject(signal.reason);
    });
    const stopped = once(signal, 'abort');
    context.log.info('waiting');
    await stopped;
    await turn();
    throw new Error('Premature close');
  },
  'leaves-everything-open'() {
    setInterval(() => {}, 1000);
    createServer().listen(0, '127.0.0.1');
    return 'done';
  },
  /** Does what its input says; its hooks are below. */
  async hooked(context) {
    const { input, checkpoint } = context;
    await checkpoint.save({ step: 1 });
    if (input === 'wait') await nextOrder(context);
    if (input === 'fail' || input === 'wait') throw new TransientJobError('The supplier is away');
    if (input === 'reject') throw new PermanentJobError('Row 7 is not a number');
    if (input === 'stop') {
      const stopped = once(context.signal, 'abort');
      context.log.info('waiting');
      await stopped;
      await checkpoint.save({ step: 2 });
      throw context.signal.reason;
    }
    return { rows: 12 };
  },
  /** Its children leave children of their own behind, which end. */
  async 'leaves-orphans'(context) {
    context.checkpoint.set({ step: 9 });
    for (let child = 0; child < 3; child++) spawnSync('sh', ['-c', 'sleep 0.01 &']);
    while ((await zombies()) < 3) await turn();
    context.log.info('waiting', { pid: process.pid, zombies: await zombies() });
    await once(context.signal, 'abort');
    throw context.signal.reason;
  },
  async exits({ checkpoint }) {
    await checkpoint.save({ step: 4 });
    process.exit(0);
  },
  /** As some libraries do. */
  async 'exits-when-stopped'({ log }) {
    process.once('SIGTERM', () => process.exit(0));
    log.info('waiting');
    return never();
  },
  'result-without-json': () => 1n,
};

/** Every hook says that it was called, and what with; told so, it then breaks or never ends. */
function sayingHooks(then?: string): JobHooks<unknown, unknown> {
  const say = (hook: string, what: unknown, { log, input, attempt }: HookContext) => {
    log.info(hook, { what, input, attempt });
    if (then === `exit in ${hook}`) process.exit(0);
    if (then === 'throw') throw new Error(`${hook} is broken`);
    return then === `hang in ${hook}` ? never() : undefined;
  };
  return {
    onStart: (context) => say('onStart', undefined, context),
    onInterrupt: (reason, context) => say('onInterrupt', reason.name, context),
    onComplete: (result, context) => say('onComplete', result, context),
    onFailed: (error, context) => say('onFailed', (error as Error).name, context),
    onDeadLetter: (error, context) => say('onDeadLetter', (error as Error).name, context),
  };
}

const name = process.argv[2] ?? '';
if (name === 'upload') {
  const input = z.object({ bucket: z.string(), objects: z.array(z.object({ size: z.number() })) });
  await runJob(defineJob({ name: 'upload', input }), (context) => handlers.echo?.(context));
} else if (name === 'hooked') {
  const input = z.enum(['fail', 'wait', 'reject', 'stop', 'end']);
  await runJob(implementJob(defineJob({ name, input }), handlers.hooked!, sayingHooks(process.argv[3])));
} else {
  await runJob(defineJob({ name }), handlers[name]!, { checkpointIntervalSeconds: 0.05 });
}
