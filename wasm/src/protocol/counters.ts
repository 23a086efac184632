/** Counters of a worker and its current environment, in the memory that the pool reads. */

import type { EnvId } from "./agents";
import type { WorkerColumn } from "./columns";
import type { PolicyId } from "./policy";
import { CURRENT, INFERRING, LOADING, type Views, WORKER } from "./shared-memory";

const { control_steps: CONTROL, physics_steps: PHYSICS, simulated: SIMULATED } = WORKER;

export class Counters {
  /** Null until the worker has received its buffers. */
  views: Views | null = null;

  add(column: WorkerColumn, by: number): void {
    this.set(column, this.read(column) + by);
  }

  /** Count a control step; called thousands of times per second, hence without lookups by name. */
  countStep(frameSkip: number, interval: number): void {
    const worker = this.views?.worker;
    if (!worker) return;
    worker[CONTROL] = (worker[CONTROL] as number) + 1;
    worker[PHYSICS] = (worker[PHYSICS] as number) + frameSkip;
    worker[SIMULATED] = (worker[SIMULATED] as number) + interval;
  }

  set(column: WorkerColumn, value: number): void {
    if (this.views) this.views.worker[WORKER[column]] = value;
  }

  raise(column: WorkerColumn, value: number): void {
    this.set(column, Math.max(this.read(column), value));
  }

  /** Set the environment to blame if the worker crashes; null for none. */
  setCurrentEnv(id: EnvId | null, loading = false): void {
    if (!this.views) return;
    this.views.control[LOADING] = loading ? 1 : 0;
    this.views.control[CURRENT] = id ?? -1;
  }

  /** Set the policy to blame if the worker hangs; null for none. */
  setInferring(id: PolicyId | null): void {
    if (this.views) this.views.control[INFERRING] = id === null ? 0 : id + 1;
  }

  private read(column: WorkerColumn): number {
    return this.views?.worker[WORKER[column]] ?? 0;
  }
}

/** Return the environment that the worker is working on, -1 for none, and whether it is being loaded. */
export function currentEnv(views: Views | null): { readonly id: EnvId; readonly loading: boolean } {
  const control = views?.control;
  return { id: control?.[CURRENT] ?? -1, loading: control?.[LOADING] === 1 };
}
