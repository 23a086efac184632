/** Messages between the pool and a worker. */

import type { AgentRef, EnvId } from "./agents";
import type { Mode, Push } from "./api";
import type { Drive, PolicyId, PolicySource } from "./policy";
import type { Buffers } from "./shared-memory";
import type { Feed, Recording } from "./steps";
import type { TaskSpec } from "./wire.gen";

/** Where the WebAssembly of the ONNX runtime is: its URL, or its bytes. */
export type OnnxRuntime = string | ArrayBuffer;

/** State of an environment within an episode, with which another worker continues it. */
export interface EnvState {
  readonly time: number;
  /** Pushes of `randomize` since the reset. */
  readonly pushes: number;
  /** Controls that have not taken effect yet, one after another, the earliest first (`randomize.latency`). */
  readonly pending: Float64Array;
  /** Positions in the random streams of the noise of observations, by agent (`randomize.observation_noise`). */
  readonly blurs: readonly bigint[];
  /** qpos, qvel, act, qacc_warmstart, ctrl, sensordata, one after another. */
  readonly numbers: Float64Array;
}

export interface AddEnv {
  readonly kind: "add";
  readonly id: EnvId;
  readonly frame: ArrayBufferLike;
  /** First rows of its poses and of its agents' counters. */
  readonly pose: number;
  readonly counters: number;
  /** Policy of each agent. */
  readonly policies: readonly PolicyId[];
  readonly drives: readonly (Drive | null)[];
  readonly episode: number;
  /** Initial counters, one row per agent. */
  readonly rows: Float64Array | null;
  readonly state: EnvState | null;
}

export type ToWorker =
  | {
      readonly kind: "start";
      readonly module: WebAssembly.Module;
      readonly onnx: OnnxRuntime | null;
      readonly buffers: Buffers;
      readonly shared: boolean;
      readonly budget: number;
      readonly mode: Mode;
    }
  | { readonly kind: "buffers"; readonly buffers: Buffers }
  | { readonly kind: "task"; readonly task: TaskSpec }
  | AddEnv
  | { readonly kind: "remove"; readonly ids: readonly EnvId[] }
  /** Release an environment: remove it and send its state. */
  | { readonly kind: "release"; readonly id: EnvId }
  | { readonly kind: "mode"; readonly mode: Mode }
  | { readonly kind: "step"; readonly request: number }
  /** Answer with `done` once the counters of all earlier messages are published. */
  | { readonly kind: "sync"; readonly request: number }
  /** `episode` null is the next one. */
  | { readonly kind: "reset"; readonly ids: readonly EnvId[] | null; readonly episode: number | null }
  | {
      readonly kind: "policy";
      readonly id: PolicyId;
      readonly source: PolicySource;
      readonly request: number;
    }
  | { readonly kind: "remove-policy"; readonly id: PolicyId }
  /** Agents as pairs: environment, index. */
  | { readonly kind: "assign"; readonly policy: PolicyId; readonly agents: Int32Array }
  | { readonly kind: "drive"; readonly agent: AgentRef; readonly drive: Drive }
  | { readonly kind: "push"; readonly id: EnvId; readonly push: Push }
  | { readonly kind: "focus"; readonly agent: AgentRef; readonly on: boolean }
  | {
      readonly kind: "record";
      readonly request: number;
      readonly agents: readonly AgentRef[];
      readonly steps: number;
    }
  | { readonly kind: "stop"; readonly request: number }
  | { readonly kind: "benchmark"; readonly request: number; readonly seconds: number }
  /** Without shared memory: send the newest poses and counters. */
  | { readonly kind: "snapshot" }
  /** Answer with `pong` to show that the worker does not hang. */
  | { readonly kind: "ping" };

/** An episode that an agent has ended. */
export interface EndedEpisode {
  readonly env: EnvId;
  readonly agent: number;
  readonly episode: number;
  readonly reward: number;
  readonly steps: number;
  /** Code of the ending. */
  readonly ending: number;
  readonly success: boolean;
  readonly policy: PolicyId;
}

export type FromWorker =
  /** The worker's script runs: it accepts `start`. */
  | { readonly kind: "started" }
  /** The worker writes into the buffers of the last `buffers` message. */
  | { readonly kind: "switched" }
  | { readonly kind: "pong" }
  /** Without shared memory: the policy that runs inference for the first time; null when it has finished. */
  | { readonly kind: "inferring"; readonly id: PolicyId | null }
  /** A policy failed and was removed; its agents keep their home controls. */
  | { readonly kind: "policy-failed"; readonly id: PolicyId; readonly why: string }
  | { readonly kind: "loaded"; readonly id: EnvId }
  | { readonly kind: "refused"; readonly id: EnvId; readonly why: string }
  | { readonly kind: "flagged"; readonly id: EnvId; readonly why: string }
  | { readonly kind: "removed"; readonly ids: readonly EnvId[] }
  | {
      readonly kind: "released";
      readonly id: EnvId;
      readonly state: EnvState | null;
      readonly rows: Float64Array;
    }
  /** Answer to `step` and `sync`: counters are published, episodes and feeds were sent. */
  | { readonly kind: "done"; readonly request: number }
  | { readonly kind: "policy"; readonly request: number; readonly why: string | null }
  | { readonly kind: "ended"; readonly episodes: readonly EndedEpisode[] }
  | { readonly kind: "feed"; readonly feed: Feed }
  | { readonly kind: "progress"; readonly request: number; readonly share: number }
  | { readonly kind: "recorded"; readonly request: number; readonly recordings: readonly Recording[] }
  | { readonly kind: "benchmark"; readonly request: number; readonly steps: number; readonly seconds: number }
  /** ms of the worker per simulated second of each environment. */
  | { readonly kind: "costs"; readonly ids: Int32Array; readonly costs: Float64Array }
  | {
      readonly kind: "snapshot";
      readonly epoch: number;
      readonly poses: Float32Array<ArrayBuffer>;
      readonly agents: Float64Array<ArrayBuffer>;
      readonly worker: Float64Array<ArrayBuffer>;
    }
  /** The MuJoCo module crashed; `id` is the environment that was being worked on, or -1. */
  | { readonly kind: "crashed"; readonly why: string; readonly id: EnvId; readonly loading: boolean }
  | { readonly kind: "error"; readonly why: string };

/** Sends a message from a worker to the pool. */
export type Post = (message: FromWorker, transfer?: readonly Transferable[]) => void;
