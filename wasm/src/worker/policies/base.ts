/** Base of all policies: from an agent's observation to its action. */

import type { Drive, PolicyKind } from "../../protocol/policy";
import type { AgentSpec } from "../../protocol/wire.gen";

/** Input of a policy: an agent at the start of a control step. */
export interface PolicyInput {
  readonly spec: AgentSpec;
  /** Observation of the agent. */
  readonly observation: Float32Array;
  /** The policy writes its action here, in [-1, 1]; values beyond are clipped. */
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
  /** Command of the keyboard policy. */
  readonly drive: Drive | null;
  /** Side of each actuator: 1 left of the robot, -1 right, 0 middle. */
  readonly sides: readonly number[];
}

/** Policy in a worker: it acts for each agent within the step, or for a batch of agents before it. */
export interface Policy {
  readonly kind: PolicyKind;
  /** Write the action of one agent; null for batched policies. */
  readonly act: ((agent: PolicyInput) => void) | null;
  /** Write the actions of many agents; only where `act` is null. */
  readonly batch: ((agents: readonly PolicyInput[]) => Promise<void>) | null;
  close(): void;
}

/** Make a policy that acts agent by agent. */
export function immediate(kind: PolicyKind, act: (agent: PolicyInput) => void): Policy {
  return { kind, act, batch: null, close() {} };
}
