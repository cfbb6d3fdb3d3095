import {
  type JobContext,
  type ObjectIdentity,
  type ObjectReading,
  ObjectReplacedError,
  PermanentJobError,
} from 'longhaul/runtime';
import { NotCsvError } from './csv/not-csv.ts';
import { Profiler, type ProfilerState } from './csv/profiler.ts';
import type { CsvObject, CsvReport } from './job.ts';
import { summarize } from './profile/summary.ts';

/** What the next start continues from: all of it at one record boundary. */
interface Checkpoint {
  format: typeof FORMAT;
  object: ObjectIdentity;
  profiler: ProfilerState;
}

/** Raised when a checkpoint of before would be read wrongly; such a one is not used. */
const FORMAT = 1;

type Context = Pick<JobContext<CsvObject>, 'input' | 'signal' | 'checkpoint' | 'progress' | 'log' | 'readObject'>;

/**
 * Reads the object once, from the checkpoint on if there is one, and profiles it. The report is the same, bit for bit, wherever
 * and however often the reading was interrupted.
 */
export async function profileObject(context: Context): Promise<CsvReport> {
  const { input, signal, checkpoint, progress } = context;
  const { reading, profiler } = await begin(context);
  const identity = reading.object;
  const save = () => {
    if (profiler.started)
      checkpoint.set((): Checkpoint => ({ format: FORMAT, object: identity, profiler: profiler.snapshot() }));
  };
  progress(profiler.offset, identity.size);
  try {
    for await (const chunk of reading) {
      profiler.write(chunk);
      save();
      progress(profiler.offset, identity.size);
      signal.throwIfAborted();
    }
    const profile = profiler.end();
    progress(identity.size, identity.size);
    const { bucket, key } = input;
    const { size, eTag, versionId } = identity;
    return summarize({ bucket, key, ...(versionId !== undefined && { versionId }), eTag, size }, profile);
  } catch (error) {
    if (error instanceof NotCsvError) {
      const { bucket, key } = input;
      throw new PermanentJobError(`s3://${bucket}/${key}: ${error.message}`, { cause: error });
    }
    if (!signal.aborted) throw error;
    save();
    throw signal.reason;
  }
}

async function begin(context: Context): Promise<{ reading: ObjectReading; profiler: Profiler }> {
  const { input, readObject, checkpoint, log } = context;
  const saved = await checkpoint.load<Checkpoint>();
  if (saved?.format === FORMAT) {
    const { offset } = saved.profiler.position;
    try {
      const reading = await readObject(input, { position: { ...saved.object, offset } });
      log.info('Continuing from the checkpoint', { offset, size: saved.object.size, rows: saved.profiler.table.rows });
      return { reading, profiler: new Profiler(saved.profiler) };
    } catch (error) {
      if (!(error instanceof ObjectReplacedError)) throw error;
      log.warn('The object was replaced since the checkpoint: starting over', { eTag: saved.object.eTag });
    }
  }
  const reading = await readObject(input);
  const { eTag, size } = reading.object;
  log.info('Reading from the beginning', { bucket: input.bucket, key: input.key, eTag, size });
  if (input.eTag !== undefined && input.eTag !== eTag.replaceAll('"', '')) {
    log.warn('The object was replaced since the event: its present content is profiled', {
      eTag,
      eventETag: input.eTag,
    });
  }
  return { reading, profiler: new Profiler() };
}
