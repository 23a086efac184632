/** Benchmark of all workers: a bare `mj_step` loop over the loaded models. */

import type { BareResult } from "../protocol/api";
import type { Requests } from "./requests";
import type { Workers } from "./workers";

/** Run the loop in all workers at once and add up their rates. */
export async function runBenchmark(
  workers: Workers,
  requests: Requests,
  seconds: number,
): Promise<BareResult> {
  const { request, answers } = requests.open<{ steps: number; seconds: number }>(workers.indices);
  workers.broadcast({ kind: "benchmark", request, seconds });
  const parts = await answers;
  const rate = parts.reduce((sum, part) => sum + (part.seconds ? part.steps / part.seconds : 0), 0);
  const steps = parts.reduce((sum, part) => sum + part.steps, 0);
  return { physicsSteps: steps, seconds: rate ? steps / rate : 0, physicsStepsPerSecond: rate };
}
