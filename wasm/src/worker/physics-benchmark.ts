/** Reference for the speed of the pool: plain `mj_step` over the same models with random controls. */

import type { FromWorker } from "../protocol/messages";
import type { Environment } from "./environment";

export class PhysicsBenchmark {
  private steps = 0;
  private spent = 0;
  private cursor = 0;

  constructor(
    private readonly request: number,
    private readonly seconds: number,
    envs: Iterable<Environment>,
  ) {
    for (const env of envs) env.sim.reset();
  }

  /** Step the current environments for up to `budget` ms. Returns whether the benchmark is complete. */
  run(budget: number, envs: readonly Environment[]): boolean {
    if (!envs.length) return true;
    const began = performance.now();
    let now = began;
    while (now - began < budget) {
      this.cursor = (this.cursor + 1) % envs.length;
      const { sim, spec, agents } = envs[this.cursor] as Environment;
      const heap = sim.mujoco.f64;
      for (const { spec: agent } of agents) {
        for (let j = 0; j < agent.actuators.length; j++) {
          const [low, high] = [agent.low[j] as number, agent.high[j] as number];
          heap[sim.ctrl + (agent.actuators[j] as number)] = low + Math.random() * (high - low);
        }
      }
      for (let k = 0; k < spec.frame_skip; k++) sim.step();
      this.steps += spec.frame_skip;
      now = performance.now();
    }
    this.spent += now - began;
    return this.spent >= this.seconds * 1000;
  }

  result(): FromWorker {
    return { kind: "benchmark", request: this.request, steps: this.steps, seconds: this.spent / 1000 };
  }
}
