/** Sums over agents: a row per policy, and success and reward by difficulty. */

export interface PolicyScore {
  /** Agents that have the policy now. */
  agents: number;
  episodes: number;
  successes: number;
  /** Sums of rewards and of control steps over finished episodes. */
  reward: number;
  steps: number;
}

export interface Episode {
  readonly policy: number;
  readonly difficulty: number;
  readonly reward: number;
  readonly steps: number;
  readonly success: boolean;
}

export const BINS = 10;

/** Episodes of worlds within one tenth of difficulty. */
export interface Bin {
  episodes: number;
  successes: number;
  /** Sum over finished episodes. */
  reward: number;
}

/** Return the heights (0 to 1) of the bars: the share of successes, or the mean reward scaled to its range, 0 included. */
export function heights(bins: readonly Bin[], by: "success" | "reward"): (number | null)[] {
  const of = (b: Bin) => (by === "success" ? b.successes : b.reward) / b.episodes;
  const means = bins.map((b) => (b.episodes ? of(b) : null));
  if (by === "success") return means;
  const known = means.filter((m) => m !== null);
  const low = Math.min(0, ...known);
  const high = Math.max(0, ...known);
  return means.map((m) => (m === null ? null : high > low ? (m - low) / (high - low) : 0));
}

export class Scores {
  readonly policies = new Map<number, PolicyScore>();
  readonly bins = Array.from({ length: BINS }, (): Bin => ({ episodes: 0, successes: 0, reward: 0 }));

  add(e: Episode): void {
    const row = this.row(e.policy);
    row.episodes++;
    row.successes += e.success ? 1 : 0;
    row.reward += e.reward;
    row.steps += e.steps;
    const bin = this.bins[Math.min(BINS - 1, Math.max(0, Math.floor(e.difficulty * BINS)))];
    if (bin) {
      bin.episodes++;
      bin.successes += e.success ? 1 : 0;
      bin.reward += e.reward;
    }
  }

  row(policy: number): PolicyScore {
    let row = this.policies.get(policy);
    if (!row) {
      row = { agents: 0, episodes: 0, successes: 0, reward: 0, steps: 0 };
      this.policies.set(policy, row);
    }
    return row;
  }
}
