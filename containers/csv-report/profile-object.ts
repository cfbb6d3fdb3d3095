import type { S3Client } from '@aws-sdk/client-s3';
import { type JobContext, PermanentJobError } from 'longhaul/runtime';
import { NotCsvError } from './csv/not-csv.ts';
import { Profiler, type ProfilerState } from './csv/profiler.ts';
import type { CsvObject, CsvReport } from './job.ts';
import { summarize } from './profile/summary.ts';
import { ObjectReplacedError, uri } from './source/errors.ts';
import { type ObjectIdentity, type ObjectStream, openObject } from './source/object-stream.ts';

/** What the next start continues from: all of it at one record boundary. */
interface Checkpoint {
  format: typeof FORMAT;
  object: ObjectIdentity;
  profiler: ProfilerState;
}

/** Raised when a checkpoint of before would be read wrongly; such a one is not used. */
const FORMAT = 1;

type Context = Pick<JobContext<CsvObject>, 'input' | 'signal' | 'checkpoint' | 'progress' | 'log'>;

/**
 * Reads the object once, from the checkpoint on if there is one, and profiles it. The report is the same, bit for bit, wherever
 * and however often the reading was interrupted.
 */
export async function profileObject(s3: S3Client, context: Context): Promise<CsvReport> {
  const { input, signal, checkpoint, progress } = context;
  const { identity, chunks, profiler } = await begin(s3, context);
  const save = () => {
    if (profiler.started)
      checkpoint.set((): Checkpoint => ({ format: FORMAT, object: identity, profiler: profiler.snapshot() }));
  };
  progress(profiler.offset, identity.size);
  try {
    for await (const chunk of chunks) {
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
    if (error instanceof NotCsvError) throw new PermanentJobError(`${uri(input)}: ${error.message}`, { cause: error });
    if (!signal.aborted) throw error;
    save();
    throw signal.reason;
  }
}

async function begin(s3: S3Client, context: Context): Promise<ObjectStream & { profiler: Profiler }> {
  const { input, signal, checkpoint, log } = context;
  const saved = await checkpoint.load<Checkpoint>();
  if (saved?.format === FORMAT) {
    const from = saved.profiler.position.offset;
    try {
      const stream = await openObject(s3, input, { signal, log, resume: { from, identity: saved.object } });
      log.info('Continuing from the checkpoint', {
        offset: from,
        size: saved.object.size,
        rows: saved.profiler.table.rows,
      });
      return { ...stream, profiler: new Profiler(saved.profiler) };
    } catch (error) {
      if (!(error instanceof ObjectReplacedError)) throw error;
      log.warn('The object was replaced since the checkpoint: starting over', { eTag: saved.object.eTag });
    }
  }
  const stream = await openObject(s3, input, { signal, log });
  const { eTag, size } = stream.identity;
  log.info('Reading from the beginning', { bucket: input.bucket, key: input.key, eTag, size });
  if (input.eTag !== undefined && input.eTag !== eTag.replaceAll('"', '')) {
    log.warn('The object was replaced since the event: its present content is profiled', {
      eTag,
      eventETag: input.eTag,
    });
  }
  return { ...stream, profiler: new Profiler() };
}
