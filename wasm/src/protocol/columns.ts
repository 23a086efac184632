/** Counters of agents and workers, by column, and statistics of the pool. */

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
