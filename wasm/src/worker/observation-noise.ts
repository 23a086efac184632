/**
 * Noise of observations: what an agent sees differs from the state by a fresh draw at every control step; the same as
 * `envgen/rollout/observation_noise.py`.
 */

import type { Generator } from "./random/generator";

/** Gaussian noise of one agent's observation, of the same standard deviation in every column. */
export class ObservationNoise {
  private readonly values: Float64Array;
  /** State of the generator before the draws of the present control step. */
  private before = 0n;

  /** @param size standard deviation  @param columns length of the observation */
  constructor(
    private readonly size: number,
    columns: number,
    private readonly generator: Generator,
  ) {
    this.values = new Float64Array(columns);
  }

  /** Draw for the next control step. */
  draw(): Float64Array {
    this.before = this.generator.position;
    for (let i = 0; i < this.values.length; i++) this.values[i] = this.size * this.generator.normal(0, 1);
    return this.values;
  }

  /** Where the next call of `draw` by another worker gives the present values again. */
  get position(): bigint {
    return this.before;
  }

  set position(position: bigint) {
    this.generator.position = position;
  }
}
