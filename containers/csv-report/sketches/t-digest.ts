/**
 * Quantiles of a stream: the merging t-digest of Dunning and Ertl, "Computing extremely accurate quantiles using t-digests"
 * (2019), scale function k₁. Its error is one of rank (about q(1 − q)/δ), whatever the values look like: dates near each other
 * are as good as numbers over many magnitudes. Values are merged in batches of fixed size in the order in which they came, and
 * what is not yet merged is part of the state, so that an interrupted stream continues to the same bits.
 */
export interface DigestSize {
  /** δ: at most this many clusters. */
  compression: number;
  /** Values collected before they are merged. */
  batch: number;
}

export interface TDigestState {
  size: DigestSize;
  means: number[];
  weights: number[];
  buffer: number[];
}

export class TDigest {
  readonly #size: DigestSize;
  #means: number[] = [];
  #weights: number[] = [];
  readonly #buffer: Float64Array;
  #buffered = 0;

  constructor(size: DigestSize) {
    this.#size = size;
    this.#buffer = new Float64Array(size.batch);
  }

  static restore(state: TDigestState): TDigest {
    const digest = new TDigest(state.size);
    digest.#means = [...state.means];
    digest.#weights = [...state.weights];
    digest.#buffer.set(state.buffer);
    digest.#buffered = state.buffer.length;
    return digest;
  }

  snapshot(): TDigestState {
    const buffer = Array.from(this.#buffer.subarray(0, this.#buffered));
    return { size: this.#size, means: this.#means, weights: this.#weights, buffer };
  }

  add(x: number): void {
    this.#buffer[this.#buffered++] = x;
    if (this.#buffered === this.#size.batch) this.#flush();
  }

  /** Values in ascending order, each with how often it occurred. */
  addSorted(values: number[], weights: number[]): void {
    this.#flush();
    this.#merge(values, weights);
  }

  /** Mean and weight of each cluster, ascending. */
  clusters(): { means: readonly number[]; weights: readonly number[] } {
    const complete = TDigest.restore(this.snapshot());
    complete.#flush();
    return { means: complete.#means, weights: complete.#weights };
  }

  #flush(): void {
    if (this.#buffered === 0) return;
    const values = this.#buffer.subarray(0, this.#buffered).sort();
    this.#buffered = 0;
    this.#merge(values, undefined);
  }

  /** Merges two ascending sequences into clusters that may each span one unit of the scale function. */
  #merge(values: ArrayLike<number>, valueWeights: readonly number[] | undefined): void {
    const [means, weights] = [this.#means, this.#weights];
    let total = 0;
    for (const weight of weights) total += weight;
    for (let i = 0; i < values.length; i++) total += valueWeights?.[i] ?? 1;

    const merged = { means: [] as number[], weights: [] as number[] };
    let [mean, weight, before] = [0, 0, 0];
    let limit = total * upperQuantile(0, this.#size.compression);
    const take = (x: number, w: number) => {
      if (weight > 0 && before + weight + w <= limit) {
        weight += w;
        mean += ((x - mean) * w) / weight;
        return;
      }
      if (weight > 0) {
        merged.means.push(mean);
        merged.weights.push(weight);
        before += weight;
        limit = total * upperQuantile(before / total, this.#size.compression);
      }
      mean = x;
      weight = w;
    };
    let [i, j] = [0, 0];
    while (i < means.length || j < values.length) {
      if (j >= values.length || (i < means.length && means[i]! <= values[j]!)) {
        take(means[i]!, weights[i]!);
        i++;
      } else {
        take(values[j]!, valueWeights?.[j] ?? 1);
        j++;
      }
    }
    if (weight > 0) {
      merged.means.push(mean);
      merged.weights.push(weight);
    }
    this.#means = merged.means;
    this.#weights = merged.weights;
  }
}

/** The quantile up to which a cluster that begins at `q` may reach: k₁⁻¹(k₁(q) + 1), with k₁(q) = δ / 2π · asin(2q − 1). */
function upperQuantile(q: number, compression: number): number {
  const angle = Math.asin(2 * Math.min(q, 1) - 1) + (2 * Math.PI) / compression;
  return angle >= Math.PI / 2 ? 1 : (Math.sin(angle) + 1) / 2;
}
