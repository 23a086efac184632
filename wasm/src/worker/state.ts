/** Capture and restoring of the state of an environment, for a move to another worker. */

import type { EnvState } from "../protocol/messages";
import type { Sim } from "./sim";

/** Capture all numbers of the simulation that a step depends on. */
export function captureNumbers(sim: Sim, heap: Float64Array<ArrayBufferLike>): Float64Array {
  const all = parts(sim).map(([at, n]) => heap.slice(at, at + n));
  const numbers = new Float64Array(all.reduce((sum, part) => sum + part.length, 0));
  let to = 0;
  for (const part of all) {
    numbers.set(part, to);
    to += part.length;
  }
  return numbers;
}

/** Restore a captured state. */
export function restoreState(sim: Sim, heap: Float64Array<ArrayBufferLike>, state: EnvState): void {
  const write = () => {
    let from = 0;
    for (const [at, n] of parts(sim)) {
      heap.set(state.numbers.subarray(from, from + n), at);
      from += n;
    }
  };
  sim.time = state.time;
  write();
  sim.step1();
  // force sensors belong to the last physics step, which the other worker made
  write();
}

/** List address and length of all arrays that a step depends on. */
function parts(s: Sim): [number, number][] {
  return [
    [s.qpos, s.nq],
    [s.qvel, s.nv],
    [s.act, s.na],
    [s.qacc_warmstart, s.nv],
    [s.ctrl, s.nu],
    [s.sensordata, s.nsensordata],
  ];
}
