/** The base of all policies: from what an agent observes to what it does. */

import type { Drive, PolicyKind } from "../../protocol/api";
import type { AgentSpec } from "../../protocol/wire.gen";

/** An agent as a policy sees it, at the start of a control step. */
export interface PolicyInput {
  readonly spec: AgentSpec;
  /** What it observes. */
  readonly observation: Float32Array;
  /** Where the action goes, in [-1, 1]; what is beyond is cut. */
  readonly action: Float64Array;
  /** Seconds and control steps since the reset. */
  readonly time: number;
  readonly step: number;
  readonly episode: number;
  /** Index of the variant in its pack, and of the agent in its world. */
  readonly world: number;
  readonly number: number;
  /** Length of a control step in s. */
  readonly interval: number;
  /** What the keyboard says. */
  readonly drive: Drive | null;
  /** By actuator: 1 if it is on the left of the robot, -1 on the right, 0 in the middle. */
  readonly sides: readonly number[];
}

/** A policy in a worker: one by one within the step, or a batch of agents before it. */
export interface Policy {
  readonly kind: PolicyKind;
  /** Writes the action of one agent. */
  readonly act: ((agent: PolicyInput) => void) | null;
  /** Writes the actions of many; only where `act` is null. */
  readonly batch: ((agents: readonly PolicyInput[]) => Promise<void>) | null;
  close(): void;
}

/** A policy that acts at once. */
export function immediate(kind: PolicyKind, act: (agent: PolicyInput) => void): Policy {
  return { kind, act, batch: null, close() {} };
}
