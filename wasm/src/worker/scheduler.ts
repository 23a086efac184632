/**
 * Whose turn it is: all environments of a worker in a ring, stepped by whole control steps within a budget of time.
 *
 * Flat out, each is stepped in turn. In real time one is due when the clock has gone on by its control step; what the
 * machine can't keep up with is left out, evenly, instead of being caught up.
 */

import type { Mode, PolicyId } from "../protocol/api";
import type { Agent } from "./agent";
import type { Environment, StepReport } from "./environment";
import type { Policy } from "./policies/base";

/** Environments that are inferred together where a policy works in batches. */
const BATCH = 32;
/** Seconds of simulation that may be behind before they are left out. */
const MAX_LAG = 0.1;
/** Weight of the newest control step in the cost of an environment. */
const COST_SMOOTHING = 0.05;

export interface SchedulerEvents {
  onStepped(env: Environment, outcome: StepReport): void;
  /** An environment threw; true if the worker goes on. */
  onFailed(env: Environment, error: unknown): boolean;
  /** A policy failed in a batch: its agents rest from now on. */
  onPolicyFailed(policy: Policy, error: unknown): void;
  /** A policy is at a batch, in case that it never ends; null when it has. */
  onInference(policy: Policy | null): void;
  /** What it is at, in case that it dies. */
  onCurrent(env: Environment | null): void;
}

export class Scheduler {
  readonly ring: Environment[] = [];
  mode: Mode = { kind: "paused" };
  /** Simulated seconds that were left out, summed over environments. */
  late = 0;
  private cursor = 0;
  private clockStart = 0;
  private singleSteps = 0;
  private readonly report: StepReport = { flagged: null, warning: null, restarted: false };

  constructor(
    private readonly policies: ReadonlyMap<PolicyId, Policy>,
    private readonly events: SchedulerEvents,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Set the mode; the clock of real time begins anew. */
  setMode(mode: Mode): void {
    this.mode = mode;
    this.clockStart = this.now();
    for (const env of this.ring) env.clock = 0;
  }

  add(env: Environment): void {
    env.clock = this.target();
    this.ring.push(env);
  }

  remove(env: Environment): void {
    const i = this.ring.indexOf(env);
    if (i < 0) return;
    this.ring.splice(i, 1);
    if (i < this.cursor) this.cursor -= 1;
    if (this.singleSteps > this.ring.length) this.singleSteps = this.ring.length;
  }

  /** One control step of each environment, whatever the mode. */
  stepOnce(): void {
    this.singleSteps = this.ring.length;
  }

  /** Share of a core that it may take. */
  get share(): number {
    return this.mode.kind === "realtime" ? (this.mode.share ?? 1) : 1;
  }

  get idle(): boolean {
    return this.singleSteps === 0 && (this.mode.kind === "paused" || this.ring.length === 0);
  }

  /** Whether single steps are still to be made. */
  get stepping(): boolean {
    return this.singleSteps > 0;
  }

  /** Step for `budget` ms at most; the ms until something is due, 0 if something is. */
  async tick(budget: number, interrupt: () => boolean): Promise<number> {
    const end = this.now() + budget;
    for (;;) {
      const batch = this.dueBatch();
      if (!batch.length) return this.msUntilDue();
      const pending = this.infer(batch);
      if (pending) await pending;
      if (!this.stepBatch(batch)) return 0;
      if (this.now() >= end || interrupt()) return 0;
    }
  }

  /** Simulated seconds that every environment should have reached. */
  private target(): number {
    return this.mode.kind === "realtime" ? ((this.now() - this.clockStart) / 1000) * this.mode.speed : 0;
  }

  /** The environments whose turn it is, in the order of the ring. */
  private dueBatch(): Environment[] {
    const { ring } = this;
    const n = ring.length;
    if (this.idle) return [];
    const size = this.batched() ? BATCH : 1;
    const found: Environment[] = [];
    if (this.singleSteps || this.mode.kind === "flat") {
      let most = Math.min(size, n);
      if (this.singleSteps) {
        most = Math.min(most, this.singleSteps);
        this.singleSteps -= most;
      }
      for (let i = 0; i < most; i++) found.push(ring[this.advance()] as Environment);
      return found;
    }
    const target = this.target();
    for (let i = 0; i < n && found.length < size; i++) {
      const env = ring[this.advance()] as Environment;
      const behind = target - env.clock;
      if (behind < env.interval) continue;
      const most = Math.max(MAX_LAG, 2 * env.interval);
      if (behind > most) {
        this.late += behind - most;
        env.clock = target - most;
      }
      found.push(env);
    }
    return found;
  }

  private advance(): number {
    if (this.cursor >= this.ring.length) this.cursor = 0;
    return this.cursor++;
  }

  private batched(): boolean {
    for (const policy of this.policies.values()) if (policy.batch) return true;
    return false;
  }

  /** Actions of the agents whose policies work in batches. */
  private infer(batch: readonly Environment[]): Promise<unknown> | null {
    let groups: Map<Policy, Agent[]> | null = null;
    for (const env of batch) {
      for (const agent of env.agents) {
        const policy = agent.over ? undefined : this.policies.get(agent.policy);
        if (!policy?.batch) continue;
        groups ??= new Map();
        const group = groups.get(policy);
        if (group) group.push(agent);
        else groups.set(policy, [agent]);
      }
    }
    if (!groups) return null;
    return this.inferAll(groups);
  }

  /** One after another: a network has the worker's thread to itself anyway. */
  private async inferAll(groups: ReadonlyMap<Policy, readonly Agent[]>): Promise<void> {
    for (const [policy, agents] of groups) {
      this.events.onInference(policy);
      try {
        await policy.batch?.(agents);
      } catch (error) {
        this.events.onPolicyFailed(policy, error);
      }
      this.events.onInference(null);
    }
  }

  /** Step them; false if the worker can't go on. */
  private stepBatch(batch: readonly Environment[]): boolean {
    let before = this.now();
    for (const env of batch) {
      this.events.onCurrent(env);
      try {
        env.step(this.report);
        this.events.onStepped(env, this.report);
      } catch (error) {
        if (!this.events.onFailed(env, error)) return false;
      }
      env.clock += env.interval;
      const after = this.now();
      const spent = after - before;
      env.cost += (spent - env.cost) * (env.cost ? COST_SMOOTHING : 1);
      before = after;
    }
    this.events.onCurrent(null);
    return true;
  }

  /** ms until the next environment is due. */
  private msUntilDue(): number {
    if (this.mode.kind !== "realtime" || !this.ring.length) return Number.POSITIVE_INFINITY;
    const target = this.target();
    let least = Number.POSITIVE_INFINITY;
    for (const env of this.ring) least = Math.min(least, env.clock + env.interval - target);
    return Math.max((least / this.mode.speed) * 1000, 0);
  }
}
