import { Profiler, type ProfilerState } from '../../containers/csv-report/csv/profiler.ts';
import type { ColumnReport, CsvReport } from '../../containers/csv-report/profile/result.ts';
import { summarize } from '../../containers/csv-report/profile/summary.ts';

/** Cuts bytes into chunks whose sizes repeat. */
export function* cut(bytes: Buffer, sizes: number[]): Generator<Buffer> {
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield bytes.subarray(at, at + size);
    at += size;
  }
}

const identity = (bytes: Buffer) => ({ bucket: 'uploads', key: 'a.csv', eTag: '"e"', size: bytes.length });

/** The report of a CSV text or file, read in chunks. */
export function profile(content: string | Buffer, sizes = [64 * 1024]): CsvReport {
  const bytes = Buffer.from(content as string);
  const profiler = new Profiler();
  for (const chunk of cut(bytes, sizes)) profiler.write(chunk);
  return summarize(identity(bytes), profiler.end());
}

/** `result.json` of a CSV whose reading stopped at each of the given offsets (or later, at the next record) and went on from a checkpoint. */
export function interrupted(bytes: Buffer, stops: number[], sizes: number[], headBytes?: number): string {
  let state: ProfilerState | undefined;
  for (const stop of [...stops, Number.POSITIVE_INFINITY]) {
    const profiler = new Profiler(state, headBytes === undefined ? {} : { headBytes });
    for (const chunk of cut(bytes.subarray(profiler.offset), sizes)) {
      profiler.write(chunk);
      if (profiler.started && profiler.offset >= stop) break;
    }
    if (stop === Number.POSITIVE_INFINITY) return JSON.stringify(summarize(identity(bytes), profiler.end()));
    if (profiler.started) state = JSON.parse(JSON.stringify(profiler.snapshot()));
  }
  throw new Error('unreachable');
}

/** Where a reading stands after its chunks: one that is to stop in between stops at the next of these. */
export function stopsOf(bytes: Buffer, sizes: number[], headBytes: number): number[] {
  const profiler = new Profiler(undefined, { headBytes });
  const stops = new Set<number>();
  for (const chunk of cut(bytes, sizes)) {
    profiler.write(chunk);
    if (profiler.started) stops.add(profiler.offset);
  }
  return [...stops];
}

export function column(report: CsvReport, name: string): ColumnReport {
  const found = report.columns.find((column) => column.name === name);
  if (!found) throw new Error(`No column ${name}; there are ${report.columns.map((column) => column.name).join(', ')}`);
  return found;
}
