import type { JobContext } from '../runtime/context.ts';
import { toFaithfulJson } from '../runtime/faithful-json.ts';

/** How far one start of the job has come. */
export interface InterruptPoint {
  /** 1, 2, … */
  start: number;
  /** Calls of `checkpoint.set` and `checkpoint.save` in this start, with the one under way. */
  checkpoints: number;
  /** What the job said last with `progress`; 0 before. */
  done: number;
}

/** What a handler told the runtime, over all starts. */
export interface Observed {
  /** Each value that was given to `checkpoint.set` or `save`, as it was then. */
  checkpoints: unknown[];
  /** Each call of `progress`. */
  progress: { done: number; total?: number | undefined; message?: string | undefined }[];
}

export interface Watch {
  start: number;
  /** Called before the checkpoint or the progress is passed on. */
  interruptIfDue(point: InterruptPoint): void;
}

/**
 * The handler's context, with a record of what it is used for. Here each value is built and checked, where the runtime looks
 * at some of them only: a test finds one that cannot be saved.
 */
export function observe<Input>(
  context: JobContext<Input>,
  observed: Observed,
  { start, interruptIfDue }: Watch,
): JobContext<Input> {
  const { checkpoint } = context;
  const point = { start, checkpoints: 0, done: 0 };
  const noted = (value: unknown): unknown => {
    point.checkpoints++;
    const taken = JSON.parse(toFaithfulJson(typeof value === 'function' ? value() : value));
    observed.checkpoints.push(structuredClone(taken));
    interruptIfDue(point);
    return taken;
  };
  return {
    ...context,
    checkpoint: {
      get directory() {
        return checkpoint.directory;
      },
      load: () => checkpoint.load(),
      set: (value) => checkpoint.set(noted(value)),
      async save(value) {
        if (value !== undefined) return checkpoint.save(noted(value));
        point.checkpoints++;
        interruptIfDue(point);
        return checkpoint.save();
      },
    },
    progress(done, total, message) {
      observed.progress.push({ done, total, message });
      point.done = done;
      interruptIfDue(point);
      context.progress(done, total, message);
    },
  };
}
