/** Action 0: the middle of each control range. Robots with servos stand, motors give no torque. */

import { immediate, type Policy } from "./base";

export function zero(): Policy {
  return immediate("zero", ({ action }) => {
    action.fill(0);
  });
}
