/** Open-loop gait: a sum of waves with the parameters of `Gait`. */

import type { Gait } from "../../protocol/wire.gen";
import { immediate, type Policy } from "./base";

/** Return the action of actuator j at phase `time` (s); `gain` scales the waves, `sense` -1 reverses them. */
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

/** Make a policy that plays each robot's own gait, or the given one. */
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
