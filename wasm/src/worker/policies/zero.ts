/** Action 0: the centre of each control range. Servos hold their pose, motors give no torque. */

import { immediate, type Policy } from "./base";

export function zero(): Policy {
  return immediate("zero", ({ action }) => {
    action.fill(0);
  });
}
