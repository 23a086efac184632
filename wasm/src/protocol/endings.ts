/** How episodes end: the pool names the codes that a worker writes into its counters. */

import type { TaskSpec } from "./wire.gen";

/** List the names of endings by code: "" (none), the terms of the task, its success, time limit, instability. */
export function endings(task: TaskSpec): string[] {
  return ["", ...task.terminated.map((term) => term.name), task.success.name, "time", "unstable"];
}
