/** Sums over the workers of a pool, and rates since the last call. */

import type { PoolStats, WorkerColumn } from "../protocol/columns";
import { WORKER } from "../protocol/shared-memory";
import type { WorkerHandle } from "./worker-handle";

interface Sample {
  readonly at: number;
  readonly physics: number;
  readonly control: number;
  readonly simulated: number;
  readonly busy: number;
}

export class PoolRates {
  private last: Sample;

  constructor(private readonly workers: readonly WorkerHandle[]) {
    this.last = this.sample();
  }

  stats(environments: number, loading: number, agents: number): PoolStats {
    const { last } = this;
    const now = this.sample();
    this.last = now;
    const seconds = (now.at - last.at) / 1000;
    const per = (amount: number) => (seconds > 0 ? amount / seconds : 0);
    const running = this.sum("environments");
    return {
      environments,
      loading,
      agents,
      workers: this.workers.length,
      physicsSteps: now.physics,
      controlSteps: now.control,
      episodes: this.sum("episodes"),
      resets: this.sum("resets"),
      flagged: this.sum("flagged"),
      simulated: now.simulated,
      late: this.sum("late"),
      heapBytes: this.sum("heap"),
      seconds,
      physicsStepsPerSecond: per(now.physics - last.physics),
      controlStepsPerSecond: per(now.control - last.control),
      realtimeFactor: running ? per(now.simulated - last.simulated) / running : 0,
      busy: per((now.busy - last.busy) / 1000) / Math.max(this.workers.length, 1),
      longestTick: Math.max(0, ...this.workers.map((handle) => handle.takeLongestTick())),
    };
  }

  private sum(column: WorkerColumn): number {
    return this.workers.reduce((sum, handle) => sum + (handle.counters[WORKER[column]] ?? 0), 0);
  }

  private sample(): Sample {
    return {
      at: performance.now(),
      physics: this.sum("physics_steps"),
      control: this.sum("control_steps"),
      simulated: this.sum("simulated"),
      busy: this.sum("busy"),
    };
  }
}
