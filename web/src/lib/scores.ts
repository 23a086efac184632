/** Sums over agents: a row per policy, and success by difficulty. */

export interface Tally {
  /** Agents that have it now. */
  agents: number;
  episodes: number;
  successes: number;
  /** Sum of the rewards, and of the control steps, of whole episodes. */
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

export class Scores {
  readonly policies = new Map<number, Tally>();
  readonly bins = Array.from({ length: BINS }, () => ({ episodes: 0, successes: 0 }));

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
    }
  }

  row(policy: number): Tally {
    let row = this.policies.get(policy);
    if (!row) {
      row = { agents: 0, episodes: 0, successes: 0, reward: 0, steps: 0 };
      this.policies.set(policy, row);
    }
    return row;
  }
}
