/** Rates from cumulative counters: increments since the previous call. */

export interface Sums {
  readonly physicsSteps: number;
  readonly controlSteps: number;
  readonly simulated: number;
  readonly environments: number;
}

export interface CurrentRates {
  readonly physicsSteps: number;
  readonly controlSteps: number;
  /** Simulated seconds of one environment for each second. */
  readonly realtime: number;
  /** Seconds since the previous call. */
  readonly seconds: number;
}

/** Rates for one reader; each reader needs its own instance, as a call starts a new interval. */
export class Rates {
  private last: Sums | null = null;
  private at = 0;

  /** @param now in ms */
  look(sums: Sums, now: number): CurrentRates {
    const seconds = (now - this.at) / 1000;
    const last = this.last;
    this.last = sums;
    this.at = now;
    // sums decrease when environments are removed: no rate is better than a wrong one
    if (!last || seconds <= 0 || sums.physicsSteps < last.physicsSteps) {
      return { physicsSteps: 0, controlSteps: 0, realtime: 0, seconds: 0 };
    }
    const simulated = sums.simulated - last.simulated;
    return {
      physicsSteps: (sums.physicsSteps - last.physicsSteps) / seconds,
      controlSteps: (sums.controlSteps - last.controlSteps) / seconds,
      realtime: sums.environments > 0 ? simulated / sums.environments / seconds : 0,
      seconds,
    };
  }
}
