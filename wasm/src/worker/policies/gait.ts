/** Walking by a pattern: an open-loop sum of waves, whose parameters are data (`Gait` of the wire). */

import type { Gait } from "../../protocol/wire.gen";
import { immediate, type Policy } from "./base";

/** The action of actuator j at phase `time` (s): `gain` scales the waves, `sense` -1 runs them backwards. */
export function wave(gait: Gait, j: number, time: number, gain = 1, sense = 1): number {
  let total = gait.offset[j] ?? 0;
  for (let k = 0; k < gait.cos.length; k++) {
    const angle = 2 * Math.PI * (k + 1) * gait.frequency * time;
    const cos = gait.cos[k]?.[j] ?? 0;
    const sin = gait.sin[k]?.[j] ?? 0;
    total += gain * (cos * Math.cos(angle) + sense * sin * Math.sin(angle));
  }
  return total;
}

/** Each robot's own pattern, or the same for all. */
export function gait(given: Gait | null): Policy {
  return immediate("gait", (agent) => {
    const pattern = given ?? agent.spec.gait;
    const { action, time } = agent;
    if (!pattern) {
      action.fill(0);
      return;
    }
    action.set(pattern.offset);
    for (let k = 0; k < pattern.cos.length; k++) {
      const angle = 2 * Math.PI * (k + 1) * pattern.frequency * time;
      const c = Math.cos(angle);
      const s = Math.sin(angle);
      const cos = pattern.cos[k] as readonly number[];
      const sin = pattern.sin[k] as readonly number[];
      for (let j = 0; j < action.length; j++) {
        action[j] = (action[j] as number) + ((cos[j] as number) * c + (sin[j] as number) * s);
      }
    }
  });
}
