/** One agent of an environment: its policy, action, observation and the counters of its episode. */

import { type Drive, NO_POLICY, type PolicyId } from "../protocol/policy";
import type { AgentSpec } from "../protocol/wire.gen";
import type { Sim } from "./sim";
import type { StepAgent, StepListener } from "./step-listener";

/** mjtTrn: what an actuator acts on. */
const SITE = 4;

export class Agent implements StepAgent {
  readonly observation: Float32Array;
  readonly action: Float64Array;
  policy: PolicyId = NO_POLICY;
  drive: Drive | null = null;
  over = false;
  time = 0;
  step = 0;
  episode = 0;
  reward = 0;
  total = 0;
  /** Code of its ending once its episode is over, else 0. */
  ending = 0;
  success = false;
  listeners: StepListener[] | null = null;
  private sideCache: readonly number[] | null = null;

  constructor(
    readonly spec: AgentSpec,
    readonly world: number,
    readonly number: number,
    readonly interval: number,
    observed: number,
    /** Its row in the counters. */
    public row: number,
    private readonly sim: Sim,
  ) {
    this.observation = new Float32Array(observed);
    this.action = new Float64Array(spec.actuators.length);
  }

  /** Begin an episode. */
  begin(episode: number): void {
    this.over = this.success = false;
    this.time = this.step = this.reward = this.total = this.ending = 0;
    this.episode = episode;
    this.action.fill(0);
  }

  get sides(): readonly number[] {
    this.sideCache ??= this.spec.actuators.map((actuator) => side(this.sim, this.spec.root, actuator));
    return this.sideCache;
  }

  /** Apply the home controls, and write the action that corresponds to them, for recordings. */
  applyHome(heap: Float64Array): void {
    const { actuators, home, low, high } = this.spec;
    for (let j = 0; j < actuators.length; j++) {
      const [control, least, most] = [home[j] as number, low[j] as number, high[j] as number];
      heap[this.sim.ctrl + (actuators[j] as number)] = control;
      this.action[j] = most > least ? (2 * (control - least)) / (most - least) - 1 : 0;
    }
  }

  /** Map the action onto the ctrlranges. Returns false if it is not finite. */
  applyAction(heap: Float64Array): boolean {
    const { actuators, low, high } = this.spec;
    const { action } = this;
    let sum = 0;
    for (let j = 0; j < actuators.length; j++) {
      const given = action[j] as number;
      const cut = Math.min(Math.max(given, -1), 1);
      sum += given;
      action[j] = cut;
      heap[this.sim.ctrl + (actuators[j] as number)] =
        (low[j] as number) + 0.5 * (cut + 1) * ((high[j] as number) - (low[j] as number));
    }
    return Number.isFinite(sum);
  }
}

/** Return the side of the root on which an actuator acts: 1 left, -1 right, 0 middle. */
function side(sim: Sim, root: number, actuator: number): number {
  const place = sim.actuatorPlace(actuator, SITE);
  if (place < 0) return 0;
  const heap = sim.mujoco.f64;
  const at = (from: number, i: number) => heap[from + i] as number;
  const [w, x, y, z] = [0, 1, 2, 3].map((i) => at(sim.xquat + 4 * root, i)) as [
    number,
    number,
    number,
    number,
  ];
  // the root's y axis in the world
  const left = [2 * (x * y - w * z), 1 - 2 * (x * x + z * z), 2 * (y * z + w * x)];
  const away = left.reduce((sum, axis, i) => sum + axis * (at(place, i) - at(sim.xpos + 3 * root, i)), 0);
  return Math.abs(away) < 0.01 ? 0 : Math.sign(away);
}
