/** Noise of the start: pose and velocity of the robots at a reset; the same as `envgen/rollout/start_noise.py`. */

import type { AgentSpec } from "../protocol/wire.gen";
import type { Generator } from "./random/generator";
import type { Sim } from "./sim";

/** How far roots tilt, as a share of how far they turn. */
const TILT = 0.25;
/** Up to which vertical component of its axis a root's slide joint is level. */
const LEVEL = 0.5;
/** mjtJoint. */
const [FREE, BALL, SLIDE] = [0, 1, 2];

interface Joint {
  readonly kind: number;
  /** First index into qpos and qvel. */
  readonly pos: number;
  readonly vel: number;
  readonly root: boolean;
  readonly upright: boolean;
  readonly low: number;
  readonly high: number;
}

export class StartNoise {
  private readonly joints: readonly Joint[];

  constructor(
    private readonly sim: Sim,
    agent: AgentSpec,
  ) {
    const bodies = new Set(agent.bodies);
    const roots = new Set(agent.root_joints.map((own) => own.joint));
    const { i32, f64 } = sim.mujoco;
    const whole = (field: Parameters<Sim["address32"]>[0], i: number) =>
      i32[sim.address32(field) + i] as number;
    const axes = sim.address("jnt_axis");
    const ranges = sim.address("jnt_range");
    const joints: Joint[] = [];
    for (let i = 0; i < sim.njnt; i++) {
      if (!bodies.has(whole("jnt_bodyid", i))) continue;
      const [low, high] = [f64[ranges + 2 * i], f64[ranges + 2 * i + 1]] as [number, number];
      joints.push({
        kind: whole("jnt_type", i),
        pos: whole("jnt_qposadr", i),
        vel: whole("jnt_dofadr", i),
        root: roots.has(i),
        upright: Math.abs(f64[axes + 3 * i + 2] as number) >= LEVEL,
        low: low < high ? low : Number.NEGATIVE_INFINITY,
        high: low < high ? high : Number.POSITIVE_INFINITY,
      });
    }
    this.joints = joints;
  }

  /** Change the start state of the agent. @param size scale of the noise */
  apply(size: number, rng: Generator): void {
    const { sim } = this;
    const heap = sim.mujoco.f64;
    const uniform = () => rng.uniform(-size, size);
    const add = (at: number, change: number) => {
      heap[at] = (heap[at] as number) + change;
    };
    const plain = this.joints.filter((own) => !own.root && own.kind >= SLIDE);
    for (const { pos, low, high } of plain) {
      const at = sim.qpos + pos;
      const was = heap[at] as number;
      heap[at] = Math.min(Math.max(was + uniform(), Math.min(low, was)), Math.max(high, was));
    }
    for (const { vel } of plain) add(sim.qvel + vel, size * rng.normal(0, 1));
    for (const { pos, vel } of this.joints.filter((own) => !own.root && own.kind === BALL)) {
      turn(heap, sim.qpos + pos, uniform(), uniform(), uniform());
      for (let i = 0; i < 3; i++) add(sim.qvel + vel + i, size * rng.normal(0, 1));
    }
    for (const { kind, pos, vel, upright } of this.joints.filter((own) => own.root)) {
      if (kind === FREE || kind === BALL) {
        const [yaw, roll, pitch] = [uniform(), uniform(), uniform()];
        turn(heap, sim.qpos + pos + (kind === FREE ? 3 : 0), TILT * roll, TILT * pitch, yaw);
      } else if (kind !== SLIDE) add(sim.qpos + pos, (upright ? 1 : TILT) * uniform());
      if (kind === FREE) for (let i = 0; i < 2; i++) add(sim.qvel + vel + i, size * rng.normal(0, 1));
      else if (kind === SLIDE && !upright) add(sim.qvel + vel, size * rng.normal(0, 1));
    }
  }
}

/** Turn an orientation (w, x, y, z) in place by a rotation vector (rad), in the parent's frame. */
function turn(heap: Float64Array, at: number, x: number, y: number, z: number): void {
  const angle = Math.sqrt(x * x + y * y + z * z);
  if (angle === 0) return;
  const half = Math.sin(0.5 * angle) / angle;
  const [a, b, c, d] = [Math.cos(0.5 * angle), half * x, half * y, half * z];
  const [w, i, j, k] = [0, 1, 2, 3].map((n) => heap[at + n]) as [number, number, number, number];
  heap[at] = a * w - b * i - c * j - d * k;
  heap[at + 1] = a * i + b * w + c * k - d * j;
  heap[at + 2] = a * j - b * k + c * w + d * i;
  heap[at + 3] = a * k + b * j - c * i + d * w;
}
