/** Environments and agents by reference. */

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
