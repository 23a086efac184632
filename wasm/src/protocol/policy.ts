/** Policies as the pool offers them: sources, descriptions, assignment and manual driving. */

import type { AgentRef } from "./agents";
import type { Gait } from "./wire.gen";

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
