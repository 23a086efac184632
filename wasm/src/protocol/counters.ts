/** The counters of a worker, and which environment it is at: written where the page reads them. */

import type { EnvId, PolicyId, WorkerColumn } from "./api";
import { CURRENT, INFERRING, LOADING, type Views, WORKER } from "./shared-memory";

const { control_steps: CONTROL, physics_steps: PHYSICS, simulated: SIMULATED } = WORKER;

export class Counters {
  /** Null until the worker has got its buffers. */
  views: Views | null = null;

  add(column: WorkerColumn, by: number): void {
    this.set(column, this.read(column) + by);
  }

  /** A control step of so many physics steps and seconds; thousands a second, so without a detour. */
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

  /** Who is to blame should the worker die now; null for nobody. */
  setCurrentEnv(id: EnvId | null, loading = false): void {
    if (!this.views) return;
    this.views.control[LOADING] = loading ? 1 : 0;
    this.views.control[CURRENT] = id ?? -1;
  }

  /** Whose network is to blame should the worker hang now; null for none's. */
  setInferring(id: PolicyId | null): void {
    if (this.views) this.views.control[INFERRING] = id === null ? 0 : id + 1;
  }

  private read(column: WorkerColumn): number {
    return this.views?.worker[WORKER[column]] ?? 0;
  }
}

/** The environment that a worker is (or was last) at, and whether it is being loaded. */
export function currentEnv(views: Views | null): { readonly id: EnvId; readonly loading: boolean } {
  const control = views?.control;
  return { id: control?.[CURRENT] ?? -1, loading: control?.[LOADING] === 1 };
}
