/** Public API of the pool: the types that a page or a test codes against; `pool.ts` implements them. */

import type { Gait, TaskSpec, WorldSpec } from "./wire.gen";

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

/** Number of an environment in the pool; never reused after removal. */
export type EnvId = number;

/** Reference to an agent: its environment and its index in `WorldSpec.agents`. */
export interface AgentRef {
  readonly env: EnvId;
  readonly agent: number;
}

/** Selection of agents; by default all agents of all environments. */
export interface Selection {
  readonly envs?: readonly EnvId[];
  /** Indices in `WorldSpec.agents`. */
  readonly agents?: readonly number[];
  /** Only agents of this team. */
  readonly team?: string;
  /** Only agents of this robot. */
  readonly robot?: string;
  /** Only this share (0 to 1) of the matching agents: evenly spread, the same ones each time. */
  readonly share?: number;
}

export type PolicySource =
  /** Action 0: the centre of every ctrlrange. */
  | { readonly kind: "zero" }
  /** Uniform in [-1, 1]. */
  | { readonly kind: "random"; readonly seed?: number }
  /** The robot's own gait (`AgentSpec.gait`), or the given one. */
  | { readonly kind: "gait"; readonly gait?: Gait }
  /** Follows the commands of `drive`. */
  | { readonly kind: "keyboard" }
  | { readonly kind: "onnx"; readonly model: ArrayBuffer };

export type PolicyKind = PolicySource["kind"];

/** Number of a policy; -1 is none: the agent keeps its home controls. */
export type PolicyId = number;
export const NO_POLICY = -1;

/** Sizes and metadata of an ONNX policy. */
export interface OnnxMetadata {
  /** Length of an observation and of an action. */
  readonly observation: number;
  readonly action: number;
  /** From the metadata; null where it is absent. */
  readonly robot: string | null;
  readonly task: string | null;
  readonly terms: readonly { readonly name: string; readonly size: number }[] | null;
  readonly version: string | null;
}

export interface PolicyInfo {
  readonly id: PolicyId;
  readonly name: string;
  readonly kind: PolicyKind;
  readonly onnx: OnnxMetadata | null;
}

/** Result of an assignment. Refused agents keep their policy. */
export interface AssignResult {
  readonly agents: number;
  readonly refused: readonly { readonly agent: AgentRef; readonly why: string }[];
}

/**
 * Command to a keyboard policy: a raw action, or a velocity command (see `policies/keyboard.ts`) with forward
 * and turn in [-1, 1], positive to the left; up is added to every action.
 */
export type Drive =
  | { readonly action: readonly number[] }
  | { readonly forward: number; readonly turn: number; readonly up?: number };

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

/** Columns of an agent's counters, Float64. */
export const AGENT_COLUMNS = [
  /** Reward of the running episode so far. */
  "episode_reward",
  /** Reward of the last control step. */
  "reward",
  /** Control steps of the running episode. */
  "steps",
  /** Number of the running episode, as its `randomize` is drawn. */
  "episode",
  /** Episodes that have ended, and those of them that were successes, since it was added. */
  "episodes",
  "successes",
  /** 1 once its episode has ended and it waits for the other agents of its world. */
  "over",
  /** Ending of the last episode: index into `Pool.endings`; 0 before. */
  "ending",
  /** Policy that acted in the last control step. */
  "policy",
  /** Reward of the last complete episode, and its control steps. */
  "last_reward",
  "last_steps",
  /** Sum of the rewards of all complete episodes. */
  "total_reward",
] as const;
export type AgentColumn = (typeof AGENT_COLUMNS)[number];

/** Columns of a worker's counters, Float64. */
export const WORKER_COLUMNS = [
  "physics_steps",
  "control_steps",
  /** Number of times that a world began a new episode, for any reason. */
  "resets",
  "episodes",
  "flagged",
  /** ms spent in ticks since the start. */
  "busy",
  /** Memory of the MuJoCo module in bytes. */
  "heap",
  "environments",
  /** Simulated seconds, summed over environments. */
  "simulated",
  /** Simulated seconds that were skipped because the machine could not keep real time, summed. */
  "late",
  "ticks",
  /** Longest tick in ms since the last call of `stats`. */
  "longest",
] as const;
export type WorkerColumn = (typeof WORKER_COLUMNS)[number];

/** Counters of one agent; see `AGENT_COLUMNS`. */
export type AgentCounters = { readonly [K in AgentColumn]: number };

/** Sums over the pool, and rates since the last call of `stats`. */
export interface PoolStats {
  readonly environments: number;
  readonly loading: number;
  readonly agents: number;
  readonly workers: number;
  readonly physicsSteps: number;
  readonly controlSteps: number;
  readonly episodes: number;
  readonly resets: number;
  readonly flagged: number;
  readonly simulated: number;
  readonly late: number;
  readonly heapBytes: number;
  /** Length in s of the interval that the rates cover. */
  readonly seconds: number;
  readonly physicsStepsPerSecond: number;
  readonly controlStepsPerSecond: number;
  /** Simulated seconds of an environment per second of the clock; 1 is real time. */
  readonly realtimeFactor: number;
  /** Share of the time that workers were busy, 0 to 1. */
  readonly busy: number;
  /** Longest tick of a worker in ms. */
  readonly longestTick: number;
}

/** Control steps of one agent, one row per step, oldest first. */
export interface Feed {
  readonly agent: AgentRef;
  readonly steps: number;
  /** Seconds since the reset, after each step. */
  readonly time: Float64Array;
  readonly episode: Float64Array;
  /** [steps][observation size]: observation after the step. */
  readonly observation: Float32Array;
  /** [steps][actuators], in [-1, 1]. */
  readonly action: Float32Array;
  /** [steps] */
  readonly reward: Float32Array;
  /** [steps][reward terms], weighted; named by `TaskSpec.reward[].name`. */
  readonly terms: Float32Array;
  /** [steps] index into `Pool.endings`; 0 while the episode goes on. */
  readonly ending: Uint8Array;
  /** [steps] policy that acted. */
  readonly policy: Int16Array;
}

/** Recording of one agent, one row per control step. */
export interface Recording {
  readonly agent: AgentRef;
  readonly rows: number;
  /** [rows][observation size]: observation *before* the action. */
  readonly observation: Float32Array;
  /** [rows][actuators] */
  readonly action: Float32Array;
  readonly reward: Float32Array;
  /** [rows][reward terms], weighted. */
  readonly terms: Float32Array;
  /** 1 where the task ended the episode (success included), and where the time limit did. */
  readonly terminated: Uint8Array;
  readonly truncated: Uint8Array;
  readonly success: Uint8Array;
  /** Index into `Pool.endings`, 0 while the episode goes on. */
  readonly ending: Uint8Array;
  readonly episode: Int32Array;
  /** Control step within the episode, from 0. */
  readonly step: Int32Array;
  readonly policy: Int16Array;
}

export interface RecordingJob {
  /** Share done, 0 to 1. */
  progress(): number;
  readonly done: Promise<readonly Recording[]>;
  /** End the recording with the rows recorded so far. */
  stop(): void;
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

/** Error that the caller can resolve: `what` is wrong, and the `remedy`. */
export class PoolError extends Error {
  override readonly name: string = "PoolError";
  constructor(
    readonly what: string,
    readonly remedy: string,
  ) {
    super(`${what}\n${remedy}`);
  }
}
