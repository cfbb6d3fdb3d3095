import { Moments, type MomentsState } from '../sketches/moments.ts';
import { type DigestSize, TDigest, type TDigestState } from '../sketches/t-digest.ts';

export interface NumberSketchState {
  moments: MomentsState;
  digest: TDigestState;
}

/** What is kept of a stream of numbers: moments exactly, quantiles by a digest. */
export class NumberSketch {
  readonly moments: Moments;
  readonly digest: TDigest;

  constructor(size: DigestSize, moments = new Moments(), digest = new TDigest(size)) {
    this.moments = moments;
    this.digest = digest;
  }

  static restore(state: NumberSketchState): NumberSketch {
    const { size } = state.digest;
    return new NumberSketch(size, Moments.restore(state.moments), TDigest.restore(state.digest));
  }

  snapshot(): NumberSketchState {
    return { moments: this.moments.snapshot(), digest: this.digest.snapshot() };
  }

  add(value: number): void {
    this.moments.add(value, 1);
    this.digest.add(value);
  }

  /** Counted values in the order of their first occurrence. */
  seed(values: readonly [number, number][]): void {
    for (const [value, count] of values) this.moments.add(value, count);
    const sorted = values.toSorted((a, b) => a[0] - b[0]);
    this.digest.addSorted(
      sorted.map(([value]) => value),
      sorted.map(([, count]) => count),
    );
  }
}
