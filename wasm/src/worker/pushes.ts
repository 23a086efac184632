/** Manual pushes on the bodies of an environment: a force, or an impulse within one control step. */

import type { Push } from "../protocol/api";
import type { Sim } from "./sim";

interface ActivePush {
  readonly push: Push;
  /** Remaining duration in s. */
  left: number;
}

export class Pushes {
  private all: ActivePush[] = [];

  /** @param interval length of a control step in s */
  constructor(
    private readonly sim: Sim,
    private readonly interval: number,
  ) {}

  /** Push a body from the next control step on; replaces a push on the same body. */
  add(push: Push): void {
    if (!(push.body > 0 && push.body < this.sim.nbody)) return;
    this.all = this.all.filter((other) => other.push.body !== push.body);
    this.all.push({ push, left: push.impulse ? this.interval : (push.seconds ?? this.interval) });
  }

  clear(): void {
    this.all = [];
  }

  /** Write the forces of the next control step. */
  apply(heap: Float64Array<ArrayBufferLike>): void {
    if (this.all.length === 0) return;
    this.all = this.all.filter((pushing) => {
      const { push } = pushing;
      const at = this.sim.xfrc_applied + 6 * push.body;
      const on = pushing.left > 1e-9;
      for (let i = 0; i < 3; i++) {
        const force = push.impulse ? (push.impulse[i] as number) / this.interval : (push.force?.[i] ?? 0);
        heap[at + i] = on ? force : 0;
        heap[at + 3 + i] = on ? (push.torque?.[i] ?? 0) : 0;
      }
      pushing.left -= this.interval;
      return on;
    });
  }
}
