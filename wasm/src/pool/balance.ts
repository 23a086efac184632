/** Which worker an environment is put into, and when one moves. */

import type { Resident } from "./env-handle";
import type { Crew } from "./worker-handle";

/** ms per simulated second that is assumed of an environment before any was measured. */
const GUESS = 20;
/** Difference of load, as a share of the mean, that is left alone. */
const SLACK = 0.15;
/** An environment that has moved stays for so long, in ms. */
const REST = 10_000;
/** Environments that move at a time. */
const MOST = 8;

/** The worker with the least to do; those being loaded count as they are likely to cost. */
export function roomiest(crews: readonly Crew[]): Crew {
  let measured = 0;
  let sum = 0;
  for (const crew of crews) {
    for (const env of crew.envs) {
      if (!env.cost) continue;
      measured += 1;
      sum += env.cost;
    }
  }
  const guess = measured ? sum / measured : GUESS;
  const load = (crew: Crew): number => {
    let total = 0;
    for (const env of crew.envs) total += env.cost || guess;
    return total;
  };
  return crews.reduce((best, crew) => (load(crew) < load(best) ? crew : best));
}

export interface Move {
  readonly env: Resident;
  readonly to: Crew;
}

/** Environments to move from the busiest worker to the least busy, if they differ by much. */
export function moves(crews: readonly Crew[], now: number): Move[] {
  if (crews.length < 2) return [];
  const from = crews.reduce((most, crew) => (crew.load > most.load ? crew : most));
  const to = crews.reduce((least, crew) => (crew.load < least.load ? crew : least));
  const mean = crews.reduce((sum, crew) => sum + crew.load, 0) / crews.length;
  const gap = from.load - to.load;
  if (gap <= SLACK * mean || from.envs.size < 2) return [];
  const found: Move[] = [];
  let left = gap / 2;
  for (const env of from.envs) {
    if (found.length >= MOST) break;
    const free = env.status === "running" && env.to < 0 && !env.held && now - env.moved > REST;
    if (!free || !env.cost || env.cost > left) continue;
    found.push({ env, to });
    left -= env.cost;
  }
  return found;
}
