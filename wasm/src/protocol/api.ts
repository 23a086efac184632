/** What the pool offers: the types that a page (or a test) codes against. `pool.ts` implements them. */

import type { Gait, TaskSpec, WorldSpec } from "./wire.gen";

/** How a worker is started; the same messages travel over a Worker, worker_threads or a test's double. */
export interface WorkerPort {
  postMessage(message: unknown, transfer?: readonly Transferable[]): void;
  /** Called with what the worker sends. */
  onmessage: ((data: unknown) => void) | null;
  /** Called when the worker dies: an error that nobody caught, or its script did not load. */
  onerror: ((why: string) => void) | null;
  terminate(): void;
}

export interface PoolOptions {
  /** Number of workers; by default one less than the machine has cores, at least 1. */
  readonly workers?: number;
  /** The compiled MuJoCo module, or where it is: it is compiled once and shared by all workers. */
  readonly mujoco: string | URL | WebAssembly.Module;
  /** Where `ort-wasm-simd-threaded.wasm` is, or its bytes, for ONNX policies; without it they are refused. */
  readonly onnx?: string | URL | ArrayBuffer;
  /** Starts a worker; see `browser.ts` and `node.ts`. */
  readonly spawn: () => WorkerPort;
  /** The task of all environments; may be set later, before the first environment. */
  readonly task?: TaskSpec;
  readonly mode?: Mode;
  /** Whether to use SharedArrayBuffer; by default where it is to be had. */
  readonly shared?: boolean;
  /** Upper end of a worker's tick in ms; messages are handled between ticks. */
  readonly budget?: number;
  /** ms after which a worker that does not answer counts as hung and is replaced; 20,000 by default. */
  readonly patience?: number;
}

export type Mode =
  | { readonly kind: "paused" }
  /** Simulated time follows the clock, times `speed`; what can't be kept up with is left out, not caught up. */
  | {
      readonly kind: "realtime";
      readonly speed: number;
      /** Share of a core (0 to 1) that stepping may take of each worker, 1 by default: to leave room for others. */
      readonly share?: number;
    }
  | { readonly kind: "flat" };

/** Number that the pool gives an environment; never used again after it was removed. */
export type EnvId = number;

/** One agent: environment and index in `WorldSpec.agents`. */
export interface AgentRef {
  readonly env: EnvId;
  readonly agent: number;
}

/** Agents of a set of environments; by default all agents of all environments. */
export interface Selection {
  readonly envs?: readonly EnvId[];
  /** Indices in `WorldSpec.agents`. */
  readonly agents?: readonly number[];
  /** Only agents of this team. */
  readonly team?: string;
  /** Only agents of this robot. */
  readonly robot?: string;
  /** Only this share (0 to 1) of the agents that fit, the same ones each time, spread evenly. */
  readonly share?: number;
}

export type PolicySource =
  /** Action 0: the middle of every ctrlrange. */
  | { readonly kind: "zero" }
  /** Uniform in [-1, 1]. */
  | { readonly kind: "random"; readonly seed?: number }
  /** The robot's own pattern (`AgentSpec.gait`), or one given. */
  | { readonly kind: "gait"; readonly gait?: Gait }
  /** What `drive` says. */
  | { readonly kind: "keyboard" }
  | { readonly kind: "onnx"; readonly model: ArrayBuffer };

export type PolicyKind = PolicySource["kind"];

/** Number of a policy; -1 is none: the agent keeps the control of the start. */
export type PolicyId = number;
export const NO_POLICY = -1;

/** What an ONNX policy says of itself. */
export interface OnnxMetadata {
  /** Length of an observation and of an action. */
  readonly observation: number;
  readonly action: number;
  /** From the metadata; null where it says nothing. */
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

/** What came of an assignment. Who is refused keeps the policy that it has. */
export interface AssignResult {
  readonly agents: number;
  readonly refused: readonly { readonly agent: AgentRef; readonly why: string }[];
}

/**
 * What a keyboard policy is told: raw actions, or a wish that is turned into one (see `policies/keyboard.ts`); forward
 * and turn in [-1, 1], to the left is positive, up is added to every action.
 */
export type Drive =
  | { readonly action: readonly number[] }
  | { readonly forward: number; readonly turn: number; readonly up?: number };

/** A push on a body: a force (N) for some time of the simulation, or an impulse (N s) within one control step. */
export interface Push {
  /** Index of the body in the model. */
  readonly body: number;
  readonly force?: readonly [number, number, number];
  /** How long the force lasts, in s; by default one control step. */
  readonly seconds?: number;
  readonly impulse?: readonly [number, number, number];
  /** Torque (N m) beside the force, for as long. */
  readonly torque?: readonly [number, number, number];
}

export type EnvStatus = "loading" | "running" | "moving";

/** An environment as the pool knows it. */
export interface Env {
  readonly id: EnvId;
  readonly spec: WorldSpec;
  /** Blobs of its frame, by name: `geoms`, `heights` and what else it has. */
  blob(name: string): Uint8Array;
  readonly worker: number;
  /** First row of its poses in the buffer of its worker; it has `spec.nbody` rows. */
  readonly pose: number;
  /** First row of its agents in the counters of its worker; it has one row an agent. */
  readonly counters: number;
  readonly status: EnvStatus;
  /** Times that it was flagged. */
  readonly flagged: number;
}

/** The newest poses of one worker, `[row][POSE_COLUMNS]`; valid until they are asked for again. */
export interface Poses {
  readonly rows: Float32Array;
  /** Rows in use: the rest of the buffer is spare. */
  readonly used: number;
  /** Goes up with every export; equal to the last one seen: nothing is new. */
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
  /** 1 while it waits for the others of its world: its episode is over. */
  "over",
  /** How the last episode ended: index into `Pool.endings`; 0 before. */
  "ending",
  /** Policy that acted in the last control step. */
  "policy",
  /** Reward of the last whole episode, and its control steps. */
  "last_reward",
  "last_steps",
  /** Sum of the rewards of all whole episodes. */
  "total_reward",
] as const;
export type AgentColumn = (typeof AGENT_COLUMNS)[number];

/** Columns of a worker's counters, Float64. */
export const WORKER_COLUMNS = [
  "physics_steps",
  "control_steps",
  /** Episodes of a whole world that were begun after its first, whatever the reason. */
  "resets",
  "episodes",
  "flagged",
  /** ms spent in ticks since the start. */
  "busy",
  /** Bytes of the module's memory. */
  "heap",
  "environments",
  /** Simulated seconds, summed over environments. */
  "simulated",
  /** Simulated seconds that real time asked for and the machine could not give, summed. */
  "late",
  "ticks",
  /** Longest tick in ms since it was last read by `stats`. */
  "longest",
] as const;
export type WorkerColumn = (typeof WORKER_COLUMNS)[number];

/** One agent's numbers; see `AGENT_COLUMNS`. */
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
  /** Seconds that the rates are over. */
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

/** What one agent did in some control steps, one row a step, oldest first. */
export interface Feed {
  readonly agent: AgentRef;
  readonly steps: number;
  /** Seconds since the reset, after each step. */
  readonly time: Float64Array;
  readonly episode: Float64Array;
  /** [steps][observation size]: what the agent saw after the step. */
  readonly observation: Float32Array;
  /** [steps][actuators], in [-1, 1]. */
  readonly action: Float32Array;
  /** [steps] */
  readonly reward: Float32Array;
  /** [steps][reward terms]: weighted; their names are `TaskSpec.reward[].name`. */
  readonly terms: Float32Array;
  /** [steps] 0 while it goes on, else index into `Pool.endings`. */
  readonly ending: Uint8Array;
  /** [steps] policy that acted. */
  readonly policy: Int16Array;
}

/** A part of a recording: one agent, one row a control step. */
export interface Recording {
  readonly agent: AgentRef;
  readonly rows: number;
  /** [rows][observation size]: what the agent saw *before* the action. */
  readonly observation: Float32Array;
  /** [rows][actuators] */
  readonly action: Float32Array;
  readonly reward: Float32Array;
  /** [rows][reward terms], weighted. */
  readonly terms: Float32Array;
  /** 1 where the task ended the episode, a success included; where time was up. */
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
  /** Ends it with what is there. */
  stop(): void;
}

/** What a pool tells. */
export interface PoolEvents {
  /** The environment steps (or would, were it not paused). */
  ready: { readonly env: EnvId };
  removed: { readonly env: EnvId };
  /** It could not be loaded and is gone. */
  refused: { readonly env: EnvId; readonly index: number; readonly why: string };
  /** Something went wrong in it; it was reset and goes on. */
  flagged: { readonly env: EnvId; readonly index: number; readonly why: string };
  /** A worker died and was replaced; its environments go on from their last reset. */
  worker: { readonly worker: number; readonly why: string; readonly environments: number };
  /** A policy failed, or hung a worker: it is no longer there, and its agents have none. */
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
  /** The buffers of a worker are others now (they grew): make textures anew. */
  buffers: { readonly worker: number };
  /** An environment lives elsewhere now: `worker`, `pose` and `counters` have changed. */
  moved: { readonly env: EnvId };
  /** Something that no other event tells; the pool goes on. */
  error: { readonly why: string };
}

export type PoolEvent = keyof PoolEvents;

export interface PoolApi {
  /** Names of endings by code; 0 is "", then the terms of the task, its success, `time`, `unstable`. */
  readonly endings: readonly string[];
  readonly task: TaskSpec | null;
  readonly workers: number;
  /** Whether memory is shared with the workers; if not, the same layout travels in messages. */
  readonly shared: boolean;
  readonly envs: ReadonlyMap<EnvId, Env>;
  readonly mode: Mode;
  readonly policies: ReadonlyMap<PolicyId, PolicyInfo>;

  /** Sets the task; only while there are no environments. */
  setTask(task: TaskSpec): void;
  /** Adds an environment from a frame of the wire; its agents get `policy`. It is kept to survive a worker. */
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
  /** Begins the next episode. */
  reset(envs: readonly EnvId[] | "all"): void;
  /** Begins the episode of that number: its `randomize` is the same whenever it is played. */
  seek(envs: readonly EnvId[] | "all", episode: number): void;

  /** Loads a policy into every worker. Throws a PoolError with cause and remedy. */
  addPolicy(source: PolicySource, name?: string): Promise<PolicyInfo>;
  /** Its agents get none. */
  removePolicy(policy: PolicyId): void;
  /** Acts from the next control step on. */
  assign(policy: PolicyId, selection?: Selection): AssignResult;
  /** Why an agent can't be driven by a policy; null if it can. */
  unfit(policy: PolicyId, agent: AgentRef): string | null;
  policyOf(agent: AgentRef): PolicyId;
  /** Tells the keyboard policies of one agent what to do, until told otherwise. */
  drive(agent: AgentRef, command: Drive): void;
  push(env: EnvId, push: Push): void;

  /** The newest poses of a worker. */
  poses(worker: number): Poses;
  /** `[row][AGENT_COLUMNS]` of a worker; newest numbers, without a copy where memory is shared. */
  agentCounters(worker: number): Float64Array;
  counters(agent: AgentRef): AgentCounters;
  stats(): PoolStats;

  /** Follows one agent step by step until the returned function is called; batches arrive once a tick. */
  focus(agent: AgentRef, listener: (feed: Feed) => void): () => void;
  record(agents: readonly AgentRef[], steps: number): RecordingJob;
  on<E extends PoolEvent>(event: E, listener: (detail: PoolEvents[E]) => void): () => void;
  /** A bare `mj_step` loop over the loaded models for some seconds, random controls, nothing else. */
  bare(seconds: number): Promise<BareResult>;
  dispose(): void;
}

export interface BareResult {
  readonly physicsSteps: number;
  readonly seconds: number;
  readonly physicsStepsPerSecond: number;
}

/** Something that the caller can mend: what is wrong, and what to do. */
export class PoolError extends Error {
  override readonly name: string = "PoolError";
  constructor(
    readonly what: string,
    readonly remedy: string,
  ) {
    super(`${what}\n${remedy}`);
  }
}
