/** Control steps of agents as the pool hands them out: feeds and recordings. */

import type { AgentRef } from "./agents";

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
