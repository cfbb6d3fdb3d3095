/**
 * Count, extremes, mean and variance in one pass: Welford's recurrence (1962) in West's weighted form (1979), which does not
 * cancel where Σx² − (Σx)² / n would.
 */
export interface MomentsState {
  count: number;
  min: number;
  max: number;
  mean: number;
  /** Σ (x − mean)². */
  squares: number;
}

export class Moments {
  count = 0;
  min = 0;
  max = 0;
  mean = 0;
  #squares = 0;

  static restore(state: MomentsState): Moments {
    const moments = new Moments();
    moments.count = state.count;
    moments.min = state.min;
    moments.max = state.max;
    moments.mean = state.mean;
    moments.#squares = state.squares;
    return moments;
  }

  snapshot(): MomentsState {
    return { count: this.count, min: this.min, max: this.max, mean: this.mean, squares: this.#squares };
  }

  /** `x` occurred `weight` times. */
  add(x: number, weight: number): void {
    if (this.count === 0) {
      this.min = x;
      this.max = x;
    } else if (x < this.min) this.min = x;
    else if (x > this.max) this.max = x;
    this.count += weight;
    const delta = x - this.mean;
    this.mean += (delta * weight) / this.count;
    this.#squares += weight * delta * (x - this.mean);
  }

  /** The sample's standard deviation (n − 1); undefined for fewer than two values. */
  get standardDeviation(): number | undefined {
    return this.count < 2 ? undefined : Math.sqrt(this.#squares / (this.count - 1));
  }
}
