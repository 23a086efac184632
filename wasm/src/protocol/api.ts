/** Public API of the pool: the types that a page or a test codes against; `pool.ts` implements them. */

import type { AgentRef, EnvId, Selection } from "./agents";
import type { AgentCounters, PoolStats } from "./columns";
import type { AssignResult, Drive, PolicyId, PolicyInfo, PolicySource } from "./policy";
import type { Feed, RecordingJob } from "./steps";
import type { TaskSpec, WorldSpec } from "./wire.gen";

/** Channel to a worker: a Web Worker, a thread of Node or a test double. */
export interface WorkerPort {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
  /** Called with each message of the worker. */
  onmessage: ((data: unknown) => void) | null;
  /** Called when the worker dies: on an uncaught error, or when its script can't be loaded. */
  onerror: ((why: string) => void) | null;
  terminate(): void;
}

export interface PoolOptions {
  /** Number of workers; by default one less than the machine has cores, at least 1. */
  readonly workers?: number;
  /** The compiled MuJoCo module, or its URL; it is compiled once for all workers. */
  readonly mujoco: string | URL | WebAssembly.Module;
  /** URL or bytes of `ort-wasm-simd-threaded.wasm`; without it ONNX policies are refused. */
  readonly onnx?: string | URL | ArrayBuffer;
  /** Starts a worker; see `browser.ts` and `node.ts`. */
  readonly spawn: () => WorkerPort;
  /** The task of all environments; may be set later, before the first environment. */
  readonly task?: TaskSpec;
  readonly mode?: Mode;
  /** Use SharedArrayBuffer; by default where it is available. */
  readonly shared?: boolean;
  /** Maximum length of a worker's tick in ms; messages are handled between ticks. */
  readonly budget?: number;
  /** Timeout in ms after which a silent worker counts as hung and is replaced; 20,000 by default. */
  readonly patience?: number;
}

export type Mode =
  | { readonly kind: "paused" }
  /** Simulated time follows the clock, times `speed`; time that can't be kept up with is skipped. */
  | {
      readonly kind: "realtime";
      readonly speed: number;
      /** Share of a core (0 to 1) that stepping may take in each worker; 1 by default. */
      readonly share?: number;
    }
  | { readonly kind: "flat" };

/** Push on a body: a force (N) for some simulated time, or an impulse (N s) within one control step. */
export interface Push {
  /** Index of the body in the model. */
  readonly body: number;
  readonly force?: readonly [number, number, number];
  /** Duration of the force in s; by default one control step. */
  readonly seconds?: number;
  readonly impulse?: readonly [number, number, number];
  /** Torque (N m) with the same duration. */
  readonly torque?: readonly [number, number, number];
}

export type EnvStatus = "loading" | "running" | "moving";

/** An environment as the pool knows it. */
export interface Env {
  readonly id: EnvId;
  readonly spec: WorldSpec;
  /** Return a blob of its frame by name, such as `geoms` or `heights`. */
  blob(name: string): Uint8Array;
  readonly worker: number;
  /** First row of its poses in its worker's buffer; it has `spec.nbody` rows. */
  readonly pose: number;
  /** First row of its agents in its worker's counters; one row per agent. */
  readonly counters: number;
  readonly status: EnvStatus;
  /** Number of times that it was flagged. */
  readonly flagged: number;
}

/** Newest poses of one worker, `[row][POSE_COLUMNS]`; valid until the next call of `poses`. */
export interface Poses {
  readonly rows: Float32Array;
  /** Rows in use: the rest of the buffer is spare. */
  readonly used: number;
  /** Incremented with every export; unchanged if nothing is new. */
  readonly epoch: number;
}

/** Events of a pool. */
export interface PoolEvents {
  /** The environment is loaded and takes part in stepping. */
  ready: { readonly env: EnvId };
  removed: { readonly env: EnvId };
  /** The environment could not be loaded and was removed. */
  refused: { readonly env: EnvId; readonly index: number; readonly why: string };
  /** The simulation of the environment failed; it was reset and goes on. */
  flagged: { readonly env: EnvId; readonly index: number; readonly why: string };
  /** A worker died and was replaced; its environments restart their episode. */
  worker: { readonly worker: number; readonly why: string; readonly environments: number };
  /** A policy failed or hung a worker: it was removed, and its agents have none. */
  retired: { readonly policy: PolicyId; readonly name: string; readonly why: string };
  /** An episode of an agent ended. */
  episode: {
    readonly agent: AgentRef;
    readonly episode: number;
    readonly reward: number;
    readonly steps: number;
    readonly ending: string;
    readonly success: boolean;
    readonly policy: PolicyId;
  };
  /** The buffers of a worker were replaced by larger ones: recreate what refers to them. */
  buffers: { readonly worker: number };
  /** The environment moved to another worker: `worker`, `pose` and `counters` have changed. */
  moved: { readonly env: EnvId };
  /** Any other error; the pool goes on. */
  error: { readonly why: string };
}

export type PoolEvent = keyof PoolEvents;

export interface PoolApi {
  /** Names of endings by code: "" (none), the terms of the task, its success, `time`, `unstable`. */
  readonly endings: readonly string[];
  readonly task: TaskSpec | null;
  readonly workers: number;
  /** Whether memory is shared with the workers; if not, copies are sent in messages. */
  readonly shared: boolean;
  readonly envs: ReadonlyMap<EnvId, Env>;
  readonly mode: Mode;
  readonly policies: ReadonlyMap<PolicyId, PolicyInfo>;

  /** Set the task; only while there are no environments. */
  setTask(task: TaskSpec): void;
  /** Add an environment from a frame; its agents get `policy`. The frame is kept to reload it if its worker dies. */
  add(frame: ArrayBuffer | SharedArrayBuffer | Uint8Array, options?: { policy?: PolicyId }): EnvId;
  remove(envs: readonly EnvId[] | "all"): void;
  setMode(mode: Mode): void;
  /** Make one control step of every environment while paused; resolves like `sync`, after the step. */
  step(): Promise<void>;
  /**
   * Wait until every worker has handled all earlier calls. On return the counters and statistics of what was done are
   * readable, and its events were delivered, with and without shared memory.
   */
  sync(): Promise<void>;
  /** Begin the next episode. */
  reset(envs: readonly EnvId[] | "all"): void;
  /** Begin the episode of that number; its `randomize` draws are the same each time. */
  seek(envs: readonly EnvId[] | "all", episode: number): void;

  /** Load a policy into every worker. Throws a PoolError with cause and remedy. */
  addPolicy(source: PolicySource, name?: string): Promise<PolicyInfo>;
  /** Remove a policy; its agents have none afterwards. */
  removePolicy(policy: PolicyId): void;
  /** Assign a policy to agents, from their next control step on. */
  assign(policy: PolicyId, selection?: Selection): AssignResult;
  /** Return the reason why a policy can't drive an agent; null if it can. */
  unfit(policy: PolicyId, agent: AgentRef): string | null;
  policyOf(agent: AgentRef): PolicyId;
  /** Set the command of an agent's keyboard policy, until the next call. */
  drive(agent: AgentRef, command: Drive): void;
  push(env: EnvId, push: Push): void;

  /** Return the newest poses of a worker. */
  poses(worker: number): Poses;
  /** Return the newest `[row][AGENT_COLUMNS]` of a worker, without a copy where memory is shared. */
  agentCounters(worker: number): Float64Array;
  counters(agent: AgentRef): AgentCounters;
  stats(): PoolStats;

  /** Follow an agent step by step, in batches, until the returned function is called. */
  focus(agent: AgentRef, listener: (feed: Feed) => void): () => void;
  record(agents: readonly AgentRef[], steps: number): RecordingJob;
  on<E extends PoolEvent>(event: E, listener: (detail: PoolEvents[E]) => void): () => void;
  /** Benchmark plain `mj_step` over the loaded models with random controls for some seconds. */
  bare(seconds: number): Promise<BareResult>;
  dispose(): void;
}

export interface BareResult {
  readonly physicsSteps: number;
  readonly seconds: number;
  readonly physicsStepsPerSecond: number;
}
