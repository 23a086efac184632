/** A MuJoCo model with its data, as addresses in the memory of the module. */

import type { MainModule, MjData, MjModel } from "@mujoco/mujoco";
import type { Frame } from "../protocol/frame";
import type { WorldSpec } from "../protocol/wire.gen";
import type { ModelSource, MujocoModule } from "./mujoco-module";

/** Warnings (mjtWarning) of contacts or constraints that were dropped. */
const OVERFLOWS: readonly [number, string][] = [
  [1, "there were more contacts than its memory holds"],
  [2, "there were more constraints than its memory holds"],
];

/** Index in Float64Array of a view's first element. */
const index = (view: unknown): number => (view as Float64Array).byteOffset / 8;
const index32 = (view: unknown): number => (view as Int32Array).byteOffset / 4;

/** A model and its data. Fields named after MuJoCo's are indices into `Physics.f64`. */
export class Sim {
  readonly nq: number;
  readonly nv: number;
  readonly nu: number;
  readonly na: number;
  readonly nbody: number;
  readonly nsensordata: number;
  readonly nkey: number;
  readonly njnt: number;
  readonly qpos: number;
  readonly qvel: number;
  readonly act: number;
  readonly ctrl: number;
  readonly qacc_warmstart: number;
  readonly sensordata: number;
  readonly xpos: number;
  readonly xquat: number;
  readonly xfrc_applied: number;
  private readonly mj: MainModule;
  private readonly rangefinder: number;
  /** Type of sensor that MuJoCo leaves to a callback, of which there is none. */
  private readonly noSensor: number;
  /** Indices in i32 of the types of rangefinders. */
  private readonly rays: number[] = [];

  constructor(
    readonly mujoco: MujocoModule,
    private readonly model: MjModel,
    private readonly data: MjData,
  ) {
    this.mj = mujoco.module;
    const { nq, nv, nu, na, nbody, nsensordata, nkey, njnt } = model;
    [this.nq, this.nv, this.nu, this.na] = [nq, nv, nu, na];
    [this.nbody, this.nsensordata, this.nkey, this.njnt] = [nbody, nsensordata, nkey, njnt];
    this.qpos = index(data.qpos);
    this.qvel = index(data.qvel);
    this.act = index(data.act);
    this.ctrl = index(data.ctrl);
    this.qacc_warmstart = index(data.qacc_warmstart);
    this.sensordata = index(data.sensordata);
    this.xpos = index(data.xpos);
    this.xquat = index(data.xquat);
    this.xfrc_applied = index(data.xfrc_applied);
    this.rangefinder = this.mj.mjtSensor.mjSENS_RANGEFINDER.value;
    this.noSensor = this.mj.mjtSensor.mjSENS_USER.value;
    const types = model.sensor_type as Int32Array;
    for (let i = 0; i < (model.nhistory ? 0 : types.length); i++)
      if (types[i] === this.rangefinder) this.rays.push(index32(types) + i);
  }

  /** Load a model and make its data. */
  static load(mujoco: MujocoModule, source: ModelSource): Sim {
    return mujoco.load(source, (model, data) => new Sim(mujoco, model, data));
  }

  /** Seconds since the reset. */
  get time(): number {
    return this.data.time;
  }

  set time(seconds: number) {
    this.data.time = seconds;
  }

  /**
   * Physics steps under one control, after which positions, velocities and their sensors agree.
   *
   * See `envgen.rollout.own_stepper.OwnStepper.step`, which does the same.
   */
  advance(steps: number, rk4: boolean): void {
    const { mj, model, data } = this;
    let left = steps;
    this.setRays(this.noSensor);
    if (!rk4) {
      mj.mj_step2(model, data);
      left -= 1;
    }
    for (; left > 0; left--) mj.mj_step(model, data);
    this.setRays(this.rangefinder);
    mj.mj_step1(model, data);
  }

  /** Rays cost more than the rest of a step: only the sensors of the last state compute them. */
  private setRays(kind: number): void {
    for (const at of this.rays) this.mujoco.i32[at] = kind;
  }

  /** Make one `mj_step`, for the benchmark. */
  step(): void {
    this.mj.mj_step(this.model, this.data);
  }

  /** Reset the state to keyframe 0 if there is one, else to the reference pose. */
  reset(): void {
    if (this.nkey) this.mj.mj_resetDataKeyframe(this.model, this.data, 0);
    else this.mj.mj_resetData(this.model, this.data);
  }

  forward(): void {
    this.mj.mj_forward(this.model, this.data);
  }

  step1(): void {
    this.mj.mj_step1(this.model, this.data);
  }

  /** Recompute the constants that depend on masses; the state is the reference pose afterwards. */
  setConst(): void {
    this.mj.mj_setConst(this.model, this.data);
  }

  /** Return why contacts were dropped since the last reset, or null. Takes a microsecond: call it rarely. */
  overflow(): string | null {
    // the vector belongs to the data (deleting it aborts the module); its elements are ours to delete
    const warnings = this.data.warning;
    for (const [kind, why] of OVERFLOWS) {
      const warning = warnings.get(kind);
      const count = warning ? warning.number : 0;
      warning?.delete();
      if (count) return why;
    }
    return null;
  }

  /** Address (index in f64) of one of the model's arrays of doubles. */
  address(field: ModelField): number {
    return index(this.model[field]);
  }

  /** Address (index in i32) of one of the model's arrays of integers. */
  address32(field: ModelIntField): number {
    return index32(this.model[field]);
  }

  /** Address of the joints' axes in the world, (njnt, 3). */
  xaxis(): number {
    return index(this.data.xaxis);
  }

  /** Address of the point (3 doubles, world frame) where an actuator acts on a joint or site; -1 for others. */
  actuatorPlace(actuator: number, site: number): number {
    const i32 = this.mujoco.i32;
    const kind = i32[this.address32("actuator_trntype") + actuator] as number;
    const id = i32[this.address32("actuator_trnid") + 2 * actuator] as number;
    if (kind === site) return index(this.data.site_xpos) + 3 * id;
    return kind <= 1 ? index(this.data.xanchor) + 3 * id : -1;
  }

  get widths(): { gain: number; bias: number } {
    return { gain: this.mj.mjNGAIN, bias: this.mj.mjNBIAS };
  }

  delete(): void {
    this.data.delete();
    this.model.delete();
  }
}

export type ModelField =
  | "geom_friction"
  | "body_mass"
  | "body_inertia"
  | "body_gravcomp"
  | "actuator_gainprm"
  | "actuator_biasprm"
  | "actuator_forcerange"
  | "actuator_gear"
  | "jnt_axis"
  | "jnt_range";
export type ModelIntField =
  | "actuator_gaintype"
  | "actuator_trnid"
  | "actuator_trntype"
  | "jnt_bodyid"
  | "jnt_dofadr"
  | "jnt_qposadr"
  | "jnt_type";

/** Collect the model and the files of a frame. */
export function modelSource(frame: Frame<WorldSpec>): ModelSource {
  const files = new Map(
    frame.blobs.filter((name) => name.startsWith("file:")).map((name) => [name.slice(5), frame.blob(name)]),
  );
  return { format: frame.header.format, model: frame.blob("model"), files };
}
