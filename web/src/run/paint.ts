/** Periodic refresh of figures, tile colours, legend and scores. */

import type { EnvId } from "@envgen/wasm/protocol/agents";
import type { Env, PoolApi } from "@envgen/wasm/protocol/api";
import { AGENT_COLUMNS, type AgentColumn } from "@envgen/wasm/protocol/columns";
import { category, css, MIXED, type Rgb, STATUS, type Status, scale, spanOf } from "../lib/colours.ts";
import { short } from "../lib/format.ts";
import { type CurrentRates, Rates } from "../lib/rates.ts";
import { Scores } from "../lib/scores.ts";
import type { View } from "../scene/view.ts";
import * as store from "../state/store.ts";
import type { Engine } from "./engine.ts";
import type { Policies } from "./policies.ts";

const WIDTH = AGENT_COLUMNS.length;
const column = (name: AgentColumn) => AGENT_COLUMNS.indexOf(name);
const EPISODE_REWARD = column("episode_reward");
const LAST_REWARD = column("last_reward");
const EPISODES = column("episodes");
const OVER = column("over");
const ENDING = column("ending");
/** Time in ms for which a tile stays red after its world was flagged, or green after a success. */
const FLAGGED_MS = 4000;
const SUCCEEDED_MS = 1500;
const REFRESH_MS = 300;

export class Painter {
  scores = new Scores();
  private readonly flaggedAt = new Map<EnvId, number>();
  private readonly succeededAt = new Map<EnvId, number>();
  private readonly rates = new Rates();
  private recent: CurrentRates[] = [];
  private timer = 0;

  constructor(
    private readonly pool: PoolApi,
    private readonly engine: Engine,
    private readonly policies: Policies,
    private readonly view: () => View | null,
  ) {
    pool.on("flagged", ({ env }) => this.flaggedAt.set(env, performance.now()));
    pool.on("episode", (e) => {
      const env = pool.envs.get(e.agent.env);
      if (!env) return;
      if (e.success) this.succeededAt.set(e.agent.env, performance.now());
      this.scores.add({ ...e, difficulty: env.spec.difficulty });
    });
  }

  start(): void {
    this.timer = window.setInterval(() => this.refresh(), REFRESH_MS);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  reset(): void {
    this.scores = new Scores();
    this.recent = [];
    this.flaggedAt.clear();
    this.succeededAt.clear();
  }

  refresh(): void {
    const s = this.pool.stats();
    const rates = this.rates.look(s, performance.now());
    this.recent = [...this.recent, rates].slice(-4);
    const mean = (of: (r: CurrentRates) => number) =>
      this.recent.reduce((sum, r) => sum + of(r), 0) / this.recent.length;
    store.stats.value = {
      environments: s.environments,
      agents: s.agents,
      workers: s.workers,
      stepsPerSecond: mean((r) => r.physicsSteps),
      realtime: mean((r) => r.realtime),
      heap: s.heapBytes,
      episodes: s.episodes,
      resets: s.resets,
      flagged: s.flagged,
      busy: s.busy,
    };
    store.frames.value = this.view()?.frameTimes() ?? null;
    this.updateScores();
    this.colourTiles();
  }

  /** Return the text of the tooltip of a tile. */
  describe(env: Env): string {
    const rows = this.pool.agentCounters(env.worker);
    const parts = env.spec.agents.map((agent, i) => {
      const row = (env.counters + i) * WIDTH;
      const policy = this.policies.name(this.pool.policyOf({ env: env.id, agent: i }));
      const doing = rows[row + OVER] ? `out (${this.pool.endings[rows[row + ENDING] ?? 0]})` : policy;
      return `${agent.id} ${doing} ${short(rows[row + EPISODE_REWARD] ?? 0)}`;
    });
    return parts.slice(0, 4).join(" · ") + (parts.length > 4 ? " …" : "");
  }

  private updateScores(): void {
    for (const row of this.scores.policies.values()) row.agents = 0;
    for (const [, env] of this.engine.running()) {
      for (let i = 0; i < env.spec.agents.length; i++) {
        const policy = this.pool.policyOf({ env: env.id, agent: i });
        if (policy >= 0) this.scores.row(policy).agents++;
      }
    }
    store.scores.value = [...this.scores.policies]
      .map(([policy, t]) => ({ policy, ...t }))
      .sort((a, b) => b.agents - a.agents || a.policy - b.policy);
    store.bins.value = this.scores.bins.map((b) => ({ ...b }));
  }

  private colourTiles(): void {
    const view = this.view();
    if (!view) return;
    const by = store.colourBy.value;
    const now = performance.now();
    let span: [number, number] = [0, 1];
    if (by === "reward") {
      span = spanOf([...this.engine.running()].map(([, env]) => this.reward(env)));
    }
    for (const [slot, env] of this.engine.running()) {
      let rgb: Rgb;
      let tint = 0.5;
      if (by === "difficulty") rgb = scale(env.spec.difficulty);
      else if (by === "reward") rgb = scale((this.reward(env) - span[0]) / (span[1] - span[0]));
      else if (by === "policy") rgb = this.policyColour(env);
      else {
        const status = this.status(env, now);
        rgb = STATUS[status];
        tint = status === "running" || status === "loading" ? 0 : 0.3;
      }
      view.wall.colour(slot, rgb, tint);
    }
    store.legend.value = this.legend(by, span);
  }

  /** Return the colour of the policy that all agents of a world share, or MIXED. */
  private policyColour(env: Env): Rgb {
    const first = this.pool.policyOf({ env: env.id, agent: 0 });
    for (let agent = 1; agent < env.spec.agents.length; agent++) {
      if (this.pool.policyOf({ env: env.id, agent }) !== first) return MIXED;
    }
    return category(first);
  }

  private status(env: Env, now: number): Status {
    if (env.status === "loading") return "loading";
    if (now - (this.flaggedAt.get(env.id) ?? -FLAGGED_MS) < FLAGGED_MS) return "flagged";
    if (now - (this.succeededAt.get(env.id) ?? -SUCCEEDED_MS) < SUCCEEDED_MS) return "success";
    const rows = this.pool.agentCounters(env.worker);
    for (let i = 0; i < env.spec.agents.length; i++) {
      if (rows[(env.counters + i) * WIDTH + OVER]) return "over";
    }
    return "running";
  }

  /** Return the mean reward over agents, of the last complete episode or of the first one so far. */
  private reward(env: Env): number {
    const rows = this.pool.agentCounters(env.worker);
    let sum = 0;
    const n = Math.max(1, env.spec.agents.length);
    for (let i = 0; i < env.spec.agents.length; i++) {
      const row = (env.counters + i) * WIDTH;
      sum += (rows[row + EPISODES] ? rows[row + LAST_REWARD] : rows[row + EPISODE_REWARD]) ?? 0;
    }
    return sum / n;
  }

  private legend(by: string, span: readonly [number, number]): store.Legend {
    if (by === "difficulty" || by === "reward") {
      const [low, high] = by === "difficulty" ? [0, 1] : span;
      const entries = Array.from({ length: 7 }, (_, i) => ({
        text: i === 0 ? short(low) : i === 6 ? short(high) : "",
        colour: css(scale(i / 6)),
      }));
      return { kind: "scale", entries };
    }
    if (by === "policy") {
      const used = store.scores.value.filter((s) => s.agents > 0);
      const entries = used.map((s) => ({
        text: this.policies.name(s.policy),
        colour: css(category(s.policy)),
      }));
      const several = [...this.engine.running()].some(([, env]) => env.spec.agents.length > 1);
      if (several && used.length > 1) entries.push({ text: "mixed", colour: css(MIXED) });
      return { kind: "categories", entries };
    }
    const shown: Status[] = ["running", "success", "over", "flagged"];
    return { kind: "categories", entries: shown.map((s) => ({ text: s, colour: css(STATUS[s]) })) };
  }
}
