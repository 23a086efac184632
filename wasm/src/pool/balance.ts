/** Load balancing: the worker for a new environment, and moves between workers. */

import type { EnvHandle } from "./env-handle";
import type { WorkerHandle } from "./worker-handle";

/** Load assumed of an environment before any was measured, ms per simulated second. */
const ASSUMED_LOAD_MS = 20;
/** Tolerated difference of load, as a share of the mean. */
const TOLERANCE = 0.15;
/** Minimum time in ms between two moves of an environment. */
const MIN_STAY_MS = 10_000;
/** Maximum number of environments that move at a time. */
const MAX_MOVES = 8;

/** Return the worker with the least load; environments that are not measured yet count with the mean. */
export function leastLoaded(handles: readonly WorkerHandle[]): WorkerHandle {
  let measured = 0;
  let sum = 0;
  for (const handle of handles) {
    for (const env of handle.envs) {
      if (!env.loadMs) continue;
      measured += 1;
      sum += env.loadMs;
    }
  }
  const guess = measured ? sum / measured : ASSUMED_LOAD_MS;
  const load = (handle: WorkerHandle): number => {
    let total = 0;
    for (const env of handle.envs) total += env.loadMs || guess;
    return total;
  };
  return handles.reduce((best, handle) => (load(handle) < load(best) ? handle : best));
}

export interface Move {
  readonly env: EnvHandle;
  readonly to: WorkerHandle;
}

/** Plan moves from the busiest worker to the least busy one. */
export function planMoves(handles: readonly WorkerHandle[], now: number): Move[] {
  if (handles.length < 2) return [];
  const from = handles.reduce((most, handle) => (handle.load > most.load ? handle : most));
  const to = handles.reduce((least, handle) => (handle.load < least.load ? handle : least));
  const mean = handles.reduce((sum, handle) => sum + handle.load, 0) / handles.length;
  const gap = from.load - to.load;
  if (gap <= TOLERANCE * mean || from.envs.size < 2) return [];
  const found: Move[] = [];
  let left = gap / 2;
  for (const env of from.envs) {
    if (found.length >= MAX_MOVES) break;
    const free =
      env.status === "running" && env.destination < 0 && !env.pins && now - env.movedAt > MIN_STAY_MS;
    if (!free || !env.loadMs || env.loadMs > left) continue;
    found.push({ env, to });
    left -= env.loadMs;
  }
  return found;
}
