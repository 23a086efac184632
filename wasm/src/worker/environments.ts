/** Who lives in a worker and what drives them: environments come, go, begin anew and fail here. */

import { type AgentRef, type EnvId, type PolicyId, PoolError } from "../protocol/api";
import type { Tally } from "../protocol/counters";
import { decodeWorld } from "../protocol/frame";
import type { AddEnv, Ended, OnnxRuntime, Post, ToWorker } from "../protocol/messages";
import { AGENT_WIDTH, type Views } from "../protocol/shared-memory";
import type { Agent } from "./agent";
import { Environment, type Outcome, type Surroundings } from "./environment";
import { Intake } from "./load-queue";
import type { Policy } from "./policies/base";
import { makePolicy } from "./policies/registry";
import type { Publisher } from "./publish";
import { Scheduler, type Watch } from "./scheduler";
import { ModuleDead, type Physics } from "./sim";

export class Population implements Watch {
  readonly envs = new Map<EnvId, Environment>();
  readonly intake = new Intake();
  readonly policies = new Map<PolicyId, Policy>();
  /** Episodes that have ended and were not told yet. */
  readonly ended: Ended[] = [];
  readonly scheduler = new Scheduler(this.policies, this);
  around: Surroundings | null = null;
  publisher: Publisher | null = null;
  onnx: OnnxRuntime | null = null;
  /** Policies that were not dropped; some of them are still being loaded. */
  private readonly wanted = new Set<PolicyId>();
  /** Whether the pool reads what the tally writes. */
  sharing = true;
  /** Policies that have come to an end of a batch, and the one whose first batch was told. */
  private readonly tried = new Set<PolicyId>();
  private told: PolicyId | null = null;

  /** `broke` hears that the module can't go on. */
  constructor(
    private readonly post: Post,
    private readonly tally: Tally,
    private readonly broke: (error: unknown) => void,
  ) {}

  /** Load environments for some ms, one at least. */
  load(budget: number): void {
    const end = performance.now() + budget;
    for (let next = this.intake.shift(); next; next = this.intake.shift()) {
      this.admit(next);
      this.publisher?.touch();
      if (performance.now() >= end) return;
    }
  }

  private admit(message: AddEnv): void {
    const { id } = message;
    this.tally.at(id, true);
    try {
      if (message.rows) this.shared().agents.set(message.rows, message.counters * AGENT_WIDTH);
      const frame = decodeWorld(new Uint8Array(message.frame));
      const around = this.around as Surroundings;
      const env = new Environment(around, frame, message, () => this.shared().agents);
      this.envs.set(id, env);
      this.scheduler.add(env);
      this.post({ kind: "loaded", id });
    } catch (error) {
      if (error instanceof ModuleDead) throw error;
      this.post({ kind: "refused", id, why: reason(error) });
    }
    this.tally.at(null);
  }

  remove(ids: readonly EnvId[]): void {
    for (const id of ids) {
      this.intake.drop(id);
      const env = this.envs.get(id);
      if (!env) continue;
      this.envs.delete(id);
      this.scheduler.remove(env);
      env.delete();
    }
    this.post({ kind: "removed", ids });
  }

  take(id: EnvId): void {
    const pending = this.intake.get(id);
    const env = this.envs.get(id);
    const first = pending?.counters ?? env?.agents[0]?.row ?? 0;
    const agents = pending ? pending.policies.length : (env?.agents.length ?? 0);
    const rows = this.shared().agents.slice(first * AGENT_WIDTH, (first + agents) * AGENT_WIDTH);
    const state = env?.state() ?? null;
    this.remove([id]);
    this.post({ kind: "taken", id, state, rows: new Float64Array(rows) });
  }

  reset(ids: readonly EnvId[] | null, episode: number | null): void {
    if (episode !== null) this.intake.seek(ids, episode);
    for (const env of ids ? ids.map((id) => this.envs.get(id)) : this.envs.values()) {
      if (!env) continue;
      this.at(env);
      try {
        env.begin(episode ?? env.episode + 1);
      } catch (error) {
        this.failed(env, error);
      }
      this.tally.add("resets", 1);
    }
    this.at(null);
    this.publisher?.touch();
  }

  async addPolicy(message: Extract<ToWorker, { kind: "policy" }>): Promise<void> {
    let why: string | null = null;
    this.wanted.add(message.id);
    try {
      const policy = await makePolicy(message.source, this.onnx);
      if (this.wanted.has(message.id)) this.policies.set(message.id, policy);
      else policy.close();
    } catch (error) {
      why = reason(error);
    }
    this.post({ kind: "policy", ticket: message.ticket, why });
  }

  dropPolicy(id: PolicyId): void {
    this.wanted.delete(id);
    this.policies.get(id)?.close();
    this.policies.delete(id);
  }

  assign(policy: PolicyId, agents: Int32Array): void {
    for (let i = 0; i < agents.length; i += 2) {
      const [env, agent] = [agents[i] as number, agents[i + 1] as number];
      const own = this.agent({ env, agent });
      if (own) own.policy = policy;
      this.intake.assign(env, agent, policy);
    }
  }

  agent({ env, agent }: AgentRef): Agent | undefined {
    return this.envs.get(env)?.agents[agent];
  }

  // --- what the scheduler tells ---

  stepped(env: Environment, outcome: Outcome): void {
    this.tally.stepped(env.spec.frame_skip, env.interval);
    if (outcome.restarted) this.tally.add("resets", 1);
    const why = outcome.flagged ?? outcome.warning;
    if (why) this.flag(env.id, why);
  }

  failed(env: Environment, thrown: unknown): boolean {
    const error = this.physics().translate(thrown);
    if (error instanceof ModuleDead) {
      this.broke(error);
      return false;
    }
    try {
      env.begin(env.episode + 1);
      this.tally.add("resets", 1);
      this.flag(env.id, reason(error));
    } catch (again) {
      if (again instanceof ModuleDead) {
        this.broke(again);
        return false;
      }
      this.remove([env.id]);
      this.post({ kind: "refused", id: env.id, why: reason(again) });
    }
    return true;
  }

  broken(policy: Policy, error: unknown): void {
    const id = this.number(policy);
    if (id === null) return; // it was dropped meanwhile
    this.dropPolicy(id);
    this.post({ kind: "broken", id, why: reason(error) });
  }

  infers(policy: Policy | null): void {
    const id = policy && this.number(policy);
    this.tally.infers(id);
    if (this.sharing || id === this.told) return;
    // without shared memory it has to be said; once a policy, as a message a batch would cost too much
    if (id !== null && this.tried.has(id)) return;
    if (id === null && this.told !== null) this.tried.add(this.told);
    this.told = id;
    this.post({ kind: "infers", id });
  }

  private number(policy: Policy): PolicyId | null {
    for (const [id, known] of this.policies) if (known === policy) return id;
    return null;
  }

  at(env: Environment | null): void {
    this.tally.at(env ? env.id : null);
  }

  private flag(id: EnvId, why: string): void {
    this.tally.add("flagged", 1);
    this.physics().tidy();
    this.post({ kind: "flagged", id, why });
  }

  private physics(): Physics {
    if (!this.around) throw new ModuleDead("a message came before the start");
    return this.around.physics;
  }

  private shared(): Views {
    if (!this.tally.views) throw new ModuleDead("a message came before the start");
    return this.tally.views;
  }
}

export function reason(error: unknown): string {
  if (error instanceof PoolError) return `${error.what}. ${error.remedy}`;
  return error instanceof Error ? error.message : String(error);
}
