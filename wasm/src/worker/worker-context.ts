/** What environments of a worker share, and what they report. */

import type { EndedEpisode } from "../protocol/messages";
import type { PolicyId } from "../protocol/policy";
import type { MujocoModule } from "./mujoco-module";
import type { Policy } from "./policies/base";
import type { Programs } from "./tasks/program";

/** Report of one control step of an environment. */
export interface StepReport {
  /** Reason for an early reset of the environment, or null. */
  flagged: string | null;
  /** Problem despite which the environment goes on, or null. */
  warning: string | null;
  /** Whether the next episode has begun. */
  restarted: boolean;
}

/** What the environments of a worker share. */
export interface WorkerContext {
  readonly mujoco: MujocoModule;
  programs: Programs | null;
  readonly policies: ReadonlyMap<PolicyId, Policy>;
  /** Ended episodes that were not sent to the pool yet. */
  readonly ended: EndedEpisode[];
}
