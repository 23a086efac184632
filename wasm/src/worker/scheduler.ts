/**
 * Round-robin scheduler of a worker's environments: whole control steps within a time budget.
 *
 * In mode `flat` each is stepped in turn. In real time an environment is due once the clock has advanced by its
 * control step; time that the machine can't keep up with is skipped evenly, instead of being caught up.
 */

import type { Mode } from "../protocol/api";
import type { PolicyId } from "../protocol/policy";
import type { Agent } from "./agent";
import type { Environment } from "./environment";
import type { Policy } from "./policies/base";
import type { StepReport } from "./worker-context";

/** Number of environments per inference batch. */
const BATCH = 32;
/** Simulated seconds by which an environment may lag before they are skipped. */
const MAX_LAG = 0.1;
/** Weight of the newest control step in the smoothed cost of an environment. */
const COST_SMOOTHING = 0.05;

/** Callbacks of the scheduler. */
export interface SchedulerEvents {
  onStepped(env: Environment, outcome: StepReport): void;
  /** Called when an environment threw. Returns whether the worker goes on. */
  onFailed(env: Environment, error: unknown): boolean;
  /** Called when a policy failed in a batch. */
  onPolicyFailed(policy: Policy, error: unknown): void;
  /** Called before a policy runs a batch, in case that it hangs; with null afterwards. */
  onInference(policy: Policy | null): void;
  /** Called before an environment is worked on, in case that the worker crashes; with null afterwards. */
  onCurrent(env: Environment | null): void;
}

export class Scheduler {
  readonly ring: Environment[] = [];
  mode: Mode = { kind: "paused" };
  /** Skipped simulated seconds, summed over environments. */
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

  /** Set the mode and restart the real-time clock. */
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

  /** Make one control step of each environment, in any mode. */
  stepOnce(): void {
    this.singleSteps = this.ring.length;
  }

  /** Share of a core that stepping may take. */
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

  /** Step for at most `budget` ms. Returns the ms until the next environment is due. */
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

  /** Return the simulated time (s) that every environment should have reached. */
  private target(): number {
    return this.mode.kind === "realtime" ? ((this.now() - this.clockStart) / 1000) * this.mode.speed : 0;
  }

  /** Return the environments to step next, in the order of the ring. */
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

  /** Run inference for the agents whose policies work in batches; null if there are none. */
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

  /** Run the policies one after another: they share the worker's thread. */
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

  /** Step a batch. Returns false if the worker can't go on. */
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

  /** Return the ms until the next environment is due. */
  private msUntilDue(): number {
    if (this.mode.kind !== "realtime" || !this.ring.length) return Number.POSITIVE_INFINITY;
    const target = this.target();
    let least = Number.POSITIVE_INFINITY;
    for (const env of this.ring) least = Math.min(least, env.clock + env.interval - target);
    return Math.max((least / this.mode.speed) * 1000, 0);
  }
}
