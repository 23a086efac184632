/**
 * The WebAssembly module of MuJoCo in a worker: memory, files and errors; `sim.ts` has a model with its data.
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

  /** Load a model, make its data and pass both to `make`; both are deleted if it throws. */
  load<T>(source: ModelSource, make: (model: MjModel, data: MjData) => T): T {
    return this.guard(() => {
      const model = source.format === "mjb" ? this.binary(source.model) : this.xml(source);
      let data: MjData | null = null;
      try {
        data = new this.module.MjData(model);
        return make(model, data);
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
