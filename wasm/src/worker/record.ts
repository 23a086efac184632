/** Step listeners: feeds of agents that are followed, and recordings. */

import type { AgentRef } from "../protocol/agents";
import type { Feed, Recording } from "../protocol/steps";
import type { StepAgent, StepListener, StepResult } from "./step-listener";

/** Collects the control steps of one agent until they are sent. */
export class FeedBuilder implements StepListener {
  private rows: {
    time: number;
    episode: number;
    observation: Float32Array;
    action: Float32Array;
    terms: Float32Array;
    reward: number;
    ending: number;
    policy: number;
  }[] = [];

  constructor(
    readonly agent: AgentRef,
    private readonly most = 512,
  ) {}

  before(): void {}

  after(agent: StepAgent, result: StepResult): void {
    if (this.rows.length >= this.most) this.rows.shift();
    this.rows.push({
      time: agent.time,
      episode: agent.episode,
      observation: agent.observation.slice(),
      action: Float32Array.from(agent.action),
      terms: result.terms.slice(),
      reward: agent.reward,
      ending: result.ending,
      policy: agent.policy,
    });
  }

  /** Return the steps since the last call, or null if there are none. */
  flush(): Feed | null {
    const { rows } = this;
    if (!rows.length) return null;
    this.rows = [];
    const join = (of: (row: (typeof rows)[number]) => Float32Array): Float32Array => {
      const width = of(rows[0] as (typeof rows)[number]).length;
      const all = new Float32Array(rows.length * width);
      rows.forEach((row, i) => {
        all.set(of(row), i * width);
      });
      return all;
    };
    return {
      agent: this.agent,
      steps: rows.length,
      time: Float64Array.from(rows, (row) => row.time),
      episode: Float64Array.from(rows, (row) => row.episode),
      observation: join((row) => row.observation),
      action: join((row) => row.action),
      reward: Float32Array.from(rows, (row) => row.reward),
      terms: join((row) => row.terms),
      ending: Uint8Array.from(rows, (row) => row.ending),
      policy: Int16Array.from(rows, (row) => row.policy),
    };
  }
}

/** Records one agent into columns, row by row. */
export class Recorder implements StepListener {
  private row = 0;
  private open = false;
  private readonly columns: Omit<Recording, "agent" | "rows">;

  constructor(
    readonly agent: AgentRef,
    private readonly steps: number,
    private readonly sizes: { readonly observation: number; readonly action: number; readonly terms: number },
  ) {
    this.columns = {
      observation: new Float32Array(steps * sizes.observation),
      action: new Float32Array(steps * sizes.action),
      reward: new Float32Array(steps),
      terms: new Float32Array(steps * sizes.terms),
      terminated: new Uint8Array(steps),
      truncated: new Uint8Array(steps),
      success: new Uint8Array(steps),
      ending: new Uint8Array(steps),
      episode: new Int32Array(steps),
      step: new Int32Array(steps),
      policy: new Int16Array(steps),
    };
  }

  get full(): boolean {
    return this.row >= this.steps;
  }

  get share(): number {
    return this.row / this.steps;
  }

  before(agent: StepAgent): void {
    if (this.full) return;
    const { columns, row, sizes } = this;
    columns.observation.set(agent.observation, row * sizes.observation);
    columns.episode[row] = agent.episode;
    columns.step[row] = agent.step;
    columns.policy[row] = agent.policy;
    this.open = true;
  }

  after(agent: StepAgent, result: StepResult): void {
    if (this.full || !this.open) return;
    const { columns, row, sizes } = this;
    columns.action.set(agent.action, row * sizes.action);
    columns.reward[row] = agent.reward;
    columns.terms.set(result.terms, row * sizes.terms);
    columns.terminated[row] = result.terminated ? 1 : 0;
    columns.truncated[row] = result.truncated ? 1 : 0;
    columns.success[row] = agent.success ? 1 : 0;
    columns.ending[row] = result.ending;
    this.open = false;
    this.row += 1;
  }

  /** Return the columns, cut to the recorded rows. */
  result(): Recording {
    const { columns: c, row, sizes } = this;
    return {
      agent: this.agent,
      rows: row,
      observation: c.observation.slice(0, row * sizes.observation),
      action: c.action.slice(0, row * sizes.action),
      reward: c.reward.slice(0, row),
      terms: c.terms.slice(0, row * sizes.terms),
      terminated: c.terminated.slice(0, row),
      truncated: c.truncated.slice(0, row),
      success: c.success.slice(0, row),
      ending: c.ending.slice(0, row),
      episode: c.episode.slice(0, row),
      step: c.step.slice(0, row),
      policy: c.policy.slice(0, row),
    };
  }
}
