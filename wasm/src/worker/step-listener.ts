/** Interface of what follows an agent step by step: feeds and recordings. */

import type { PolicyId } from "../protocol/policy";
import type { PolicyInput } from "./policies/base";

/** An agent as a listener reads it, before or after a control step. */
export interface StepAgent extends PolicyInput {
  readonly policy: PolicyId;
  /** Reward of the last control step. */
  readonly reward: number;
  /** Whether the last control step was a success. */
  readonly success: boolean;
}

/** Result of one control step of an agent; valid only during the call that receives it. */
export interface StepResult {
  /** Weighted rewards, by term. */
  readonly terms: Float32Array;
  /** Code of the ending in this step, or 0. */
  readonly ending: number;
  readonly terminated: boolean;
  readonly truncated: boolean;
}

export interface StepListener {
  /** Called before the action of a control step is computed. */
  before(agent: StepAgent): void;
  /** Called after the physics and the task were evaluated. */
  after(agent: StepAgent, result: StepResult): void;
}
