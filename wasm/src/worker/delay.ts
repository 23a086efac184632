/** Latency: controls that take effect some control steps after they were given. */

import type { Sim } from "./sim";

export class Delay {
  private queue: Float64Array[] = [];
  private given: Float64Array | null = null;

  constructor(private readonly sim: Sim) {}

  /** Begin an episode; before there is a control to apply, that of the start is. @param steps latency */
  begin(steps: number): void {
    this.queue = Array.from({ length: steps }, () => this.controls().slice());
  }

  /** Replace the controls given by those that take effect now. */
  exchange(): void {
    const now = this.queue.shift();
    if (!now) return;
    const controls = this.controls();
    this.given = controls.slice();
    this.queue.push(this.given);
    controls.set(now);
  }

  /** Write the controls given again: tasks observe these. */
  giveBack(): void {
    if (this.queue.length && this.given) this.controls().set(this.given);
  }

  /** Controls that have not taken effect yet, one after another, the earliest first. */
  get pending(): Float64Array {
    const all = new Float64Array(this.queue.length * this.sim.nu);
    this.queue.forEach((controls, i) => {
      all.set(controls, i * this.sim.nu);
    });
    return all;
  }

  set pending(all: Float64Array) {
    const { nu } = this.sim;
    this.queue = this.queue.map((_, i) => all.slice(i * nu, (i + 1) * nu));
  }

  private controls(): Float64Array {
    return this.sim.mujoco.f64.subarray(this.sim.ctrl, this.sim.ctrl + this.sim.nu);
  }
}
