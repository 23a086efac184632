/** How episodes end: the pool names the codes that a worker writes into its counters. */

import type { TaskSpec } from "./wire.gen";

/**
 * List the names of endings by code: "" (none), the terms of the task that terminate, those that truncate, its success,
 * time limit, instability.
 */
export function endings(task: TaskSpec): string[] {
  const terms = [...task.terminated, ...(task.truncated ?? [])].map((term) => term.name);
  return ["", ...terms, task.success.name, "time", "unstable"];
}
