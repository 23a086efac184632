/**
 * MuJoCo: the only file that imports it. One `Physics` is one WebAssembly module, one `Sim` a model with its data.
 *
 * Numbers are read and written by index in one Float64Array over the module's memory: a getter of the bindings
 * costs 50 to 80 ns, and its view is detached when the memory grows, whereas an address stays.
 */

import load, { type MainModule, type MjData, type MjModel, type MjVFS } from "@mujoco/mujoco";

/** The WebAssembly module crashed and can't go on. */
export class ModuleDead extends Error {
  override readonly name = "ModuleDead";
}

/** MuJoCo reported an error; the module goes on. */
export class SimError extends Error {
  override readonly name = "SimError";
}

export interface ModelSource {
  readonly format: "mjb" | "xml";
  readonly model: Uint8Array<ArrayBufferLike>;
  /** Files that an XML names. */
  readonly files: ReadonlyMap<string, Uint8Array<ArrayBufferLike>>;
}

/** The part of Emscripten's file system in use; its own types are too loose. */
interface Files {
  mkdir(path: string): void;
  mkdirTree(path: string): void;
  writeFile(path: string, data: Uint8Array<ArrayBufferLike>): void;
  unlink(path: string): void;
  analyzePath(path: string): { readonly exists: boolean };
}

const DIRECTORY = "/env";
const LOG = "/MUJOCO_LOG.TXT";
const MAX_LINES = 8;

export class MujocoModule {
  /** View on the module's memory; replaced when the memory grows, so never keep it across a load. */
  f64: Float64Array;
  i32: Int32Array;
  /** Last lines that MuJoCo printed, newest last. */
  readonly lines: string[] = [];
  private readonly vfs: MjVFS;
  private readonly files: Files;

  private constructor(
    readonly module: MainModule,
    private readonly memory: WebAssembly.Memory,
    lines: string[],
  ) {
    this.lines = lines;
    this.f64 = new Float64Array(memory.buffer);
    this.i32 = new Int32Array(memory.buffer);
    this.vfs = new module.MjVFS();
    this.files = module.FS as unknown as Files;
    this.files.mkdir(DIRECTORY);
  }

  /** Instantiate the compiled module that all workers share. */
  static async create(compiled: WebAssembly.Module): Promise<MujocoModule> {
    let memory: WebAssembly.Memory | null = null;
    const lines: string[] = [];
    const print = (line: string) => {
      lines.push(line);
      if (lines.length > MAX_LINES) lines.shift();
    };
    const module = await load({
      instantiateWasm(imports: WebAssembly.Imports, done: (instance: WebAssembly.Instance) => void) {
        const instance = new WebAssembly.Instance(compiled, imports);
        memory = instance.exports.memory as WebAssembly.Memory;
        done(instance);
        return instance.exports;
      },
      print,
      printErr: print,
    });
    if (!memory) throw new ModuleDead("the MuJoCo module did not start");
    return new MujocoModule(module, memory, lines);
  }

  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** Recreate the views if the memory has grown. */
  refresh(): void {
    if (this.f64.buffer === this.memory.buffer) return;
    this.f64 = new Float64Array(this.memory.buffer);
    this.i32 = new Int32Array(this.memory.buffer);
  }

  /** Load a model and make its data. */
  load(source: ModelSource): Sim {
    return this.guard(() => {
      const model = source.format === "mjb" ? this.binary(source.model) : this.xml(source);
      let data: MjData | null = null;
      try {
        data = new this.module.MjData(model);
        return new Sim(this, model, data);
      } catch (error) {
        data?.delete();
        model.delete();
        throw error;
      }
    });
  }

  /** Run a MuJoCo call; what it throws becomes a SimError or ModuleDead. */
  guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      throw this.translate(error);
    } finally {
      this.refresh();
    }
  }

  translate(error: unknown): Error {
    if (error instanceof ModuleDead || error instanceof SimError) return error;
    if (error instanceof WebAssembly.RuntimeError || error instanceof RangeError) {
      return new ModuleDead(error.message);
    }
    const text = (error instanceof Error ? error.message : this.thrown(error))
      .replace(/^MuJoCo Error: /, "")
      .trim();
    const said = this.lines.splice(0).filter((line) => !text.includes(line));
    this.removeLog();
    return new SimError([text, ...said].filter(Boolean).join("; ") || "MuJoCo failed without a message");
  }

  /** Remove the log that MuJoCo writes into the module's memory at each warning. */
  removeLog(): void {
    if (this.files.analyzePath(LOG).exists) this.files.unlink(LOG);
  }

  private thrown(error: unknown): string {
    const explain = (this.module as unknown as { getExceptionMessage?: (e: unknown) => string[] })
      .getExceptionMessage;
    return explain ? explain(error).join(": ") : String(error);
  }

  // through a file: `MjVFS.addBuffer` copies byte by byte, 45 ms for 130 kB against 0.04 ms
  private binary(bytes: Uint8Array<ArrayBufferLike>): MjModel {
    const path = `${DIRECTORY}/model.mjb`;
    this.files.writeFile(path, bytes);
    try {
      return this.module.MjModel.from_binary_path(path, this.vfs);
    } finally {
      this.files.unlink(path);
    }
  }

  private xml(source: ModelSource): MjModel {
    const FS = this.files;
    const written: string[] = [];
    const write = (name: string, bytes: Uint8Array<ArrayBufferLike>) => {
      const parts = name.split("/").filter((part) => part && part !== ".");
      if (!parts.length || parts.includes(".."))
        throw new SimError(`the path ${name} of a file is not allowed`);
      FS.mkdirTree(`${DIRECTORY}/${parts.slice(0, -1).join("/")}`);
      const path = `${DIRECTORY}/${parts.join("/")}`;
      FS.writeFile(path, bytes);
      written.push(path);
    };
    try {
      for (const [name, bytes] of source.files) write(name, bytes);
      write("env.xml", source.model);
      return this.module.MjModel.from_xml_path(`${DIRECTORY}/env.xml`, this.vfs);
    } finally {
      for (const path of written) FS.unlink(path);
    }
  }
}

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

  constructor(
    readonly mujoco: MujocoModule,
    private readonly model: MjModel,
    private readonly data: MjData,
  ) {
    this.mj = mujoco.module;
    const { nq, nv, nu, na, nbody, nsensordata, nkey } = model;
    [this.nq, this.nv, this.nu, this.na] = [nq, nv, nu, na];
    [this.nbody, this.nsensordata, this.nkey] = [nbody, nsensordata, nkey];
    this.qpos = index(data.qpos);
    this.qvel = index(data.qvel);
    this.act = index(data.act);
    this.ctrl = index(data.ctrl);
    this.qacc_warmstart = index(data.qacc_warmstart);
    this.sensordata = index(data.sensordata);
    this.xpos = index(data.xpos);
    this.xquat = index(data.xquat);
    this.xfrc_applied = index(data.xfrc_applied);
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
   * See `envgen.rollout.stepping.advance`, which does the same.
   */
  advance(steps: number, rk4: boolean): void {
    const { mj, model, data } = this;
    let left = steps;
    if (!rk4) {
      mj.mj_step2(model, data);
      left -= 1;
    }
    for (; left > 0; left--) mj.mj_step(model, data);
    mj.mj_step1(model, data);
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
  | "actuator_gear";
export type ModelIntField = "actuator_gaintype" | "actuator_trnid" | "actuator_trntype";
