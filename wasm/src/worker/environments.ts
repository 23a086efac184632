/** Environments and policies of a worker: adding, removal, resets and failures. */

import type { AgentRef, EnvId } from "../protocol/agents";
import type { Counters } from "../protocol/counters";
import { PoolError } from "../protocol/error";
import { decodeWorld } from "../protocol/frame";
import type { AddEnv, EndedEpisode, OnnxRuntime, Post, ToWorker } from "../protocol/messages";
import type { PolicyId } from "../protocol/policy";
import { AGENT_WIDTH, type Views } from "../protocol/shared-memory";
import type { Agent } from "./agent";
import { Environment } from "./environment";
import { LoadQueue } from "./load-queue";
import { ModuleDead, type MujocoModule } from "./mujoco-module";
import type { Policy } from "./policies/base";
import { makePolicy } from "./policies/registry";
import type { Publisher } from "./publish";
import { Scheduler, type SchedulerEvents } from "./scheduler";
import type { StepReport, WorkerContext } from "./worker-context";

export class Environments implements SchedulerEvents {
  readonly envs = new Map<EnvId, Environment>();
  readonly loadQueue = new LoadQueue();
  readonly policies = new Map<PolicyId, Policy>();
  /** Ended episodes that were not sent yet. */
  readonly ended: EndedEpisode[] = [];
  readonly scheduler = new Scheduler(this.policies, this);
  context: WorkerContext | null = null;
  publisher: Publisher | null = null;
  onnx: OnnxRuntime | null = null;
  /** Policies that were added and not removed; some are still being loaded. */
  private readonly knownPolicies = new Set<PolicyId>();
  /** Whether the pool reads the counters in shared memory. */
  sharedMemory = true;
  /** Policies that have finished a batch, and the one whose first batch was reported. */
  private readonly inferredBefore = new Set<PolicyId>();
  private reportedInference: PolicyId | null = null;

  /** @param onModuleDead called when the MuJoCo module has crashed */
  constructor(
    private readonly post: Post,
    private readonly counters: Counters,
    private readonly onModuleDead: (error: unknown) => void,
  ) {}

  /** Load queued environments for up to `budget` ms, at least one. */
  loadQueued(budget: number): void {
    const end = performance.now() + budget;
    for (let next = this.loadQueue.shift(); next; next = this.loadQueue.shift()) {
      this.load(next);
      this.publisher?.markChanged();
      if (performance.now() >= end) return;
    }
  }

  private load(message: AddEnv): void {
    const { id } = message;
    this.counters.setCurrentEnv(id, true);
    try {
      if (message.rows) this.views().agents.set(message.rows, message.counters * AGENT_WIDTH);
      const frame = decodeWorld(new Uint8Array(message.frame));
      const context = this.context as WorkerContext;
      const env = new Environment(context, frame, message, () => this.views().agents);
      this.envs.set(id, env);
      this.scheduler.add(env);
      this.post({ kind: "loaded", id });
    } catch (error) {
      if (error instanceof ModuleDead) throw error;
      this.post({ kind: "refused", id, why: messageOf(error) });
    }
    this.counters.setCurrentEnv(null);
  }

  remove(ids: readonly EnvId[]): void {
    for (const id of ids) {
      this.loadQueue.remove(id);
      const env = this.envs.get(id);
      if (!env) continue;
      this.envs.delete(id);
      this.scheduler.remove(env);
      env.delete();
    }
    this.post({ kind: "removed", ids });
  }

  release(id: EnvId): void {
    const pending = this.loadQueue.get(id);
    const env = this.envs.get(id);
    const first = pending?.counters ?? env?.agents[0]?.row ?? 0;
    const agents = pending ? pending.policies.length : (env?.agents.length ?? 0);
    const rows = this.views().agents.slice(first * AGENT_WIDTH, (first + agents) * AGENT_WIDTH);
    const state = env?.state() ?? null;
    this.remove([id]);
    this.post({ kind: "released", id, state, rows: new Float64Array(rows) });
  }

  reset(ids: readonly EnvId[] | null, episode: number | null): void {
    if (episode !== null) this.loadQueue.seek(ids, episode);
    for (const env of ids ? ids.map((id) => this.envs.get(id)) : this.envs.values()) {
      if (!env) continue;
      this.onCurrent(env);
      try {
        env.begin(episode ?? env.episode + 1);
      } catch (error) {
        this.onFailed(env, error);
      }
      this.counters.add("resets", 1);
    }
    this.onCurrent(null);
    this.publisher?.markChanged();
  }

  async addPolicy(message: Extract<ToWorker, { kind: "policy" }>): Promise<void> {
    let why: string | null = null;
    this.knownPolicies.add(message.id);
    try {
      const policy = await makePolicy(message.source, this.onnx);
      if (this.knownPolicies.has(message.id)) this.policies.set(message.id, policy);
      else policy.close();
    } catch (error) {
      why = messageOf(error);
    }
    this.post({ kind: "policy", request: message.request, why });
  }

  dropPolicy(id: PolicyId): void {
    this.knownPolicies.delete(id);
    this.policies.get(id)?.close();
    this.policies.delete(id);
  }

  assign(policy: PolicyId, agents: Int32Array): void {
    for (let i = 0; i < agents.length; i += 2) {
      const [env, agent] = [agents[i] as number, agents[i + 1] as number];
      const own = this.agent({ env, agent });
      if (own) own.policy = policy;
      this.loadQueue.assign(env, agent, policy);
    }
  }

  agent({ env, agent }: AgentRef): Agent | undefined {
    return this.envs.get(env)?.agents[agent];
  }

  // --- events of the scheduler ---

  onStepped(env: Environment, outcome: StepReport): void {
    this.counters.countStep(env.spec.frame_skip, env.interval);
    if (outcome.restarted) this.counters.add("resets", 1);
    const why = outcome.flagged ?? outcome.warning;
    if (why) this.flag(env.id, why);
  }

  onFailed(env: Environment, thrown: unknown): boolean {
    const error = this.physics().translate(thrown);
    if (error instanceof ModuleDead) {
      this.onModuleDead(error);
      return false;
    }
    try {
      env.begin(env.episode + 1);
      this.counters.add("resets", 1);
      this.flag(env.id, messageOf(error));
    } catch (again) {
      if (again instanceof ModuleDead) {
        this.onModuleDead(again);
        return false;
      }
      this.remove([env.id]);
      this.post({ kind: "refused", id: env.id, why: messageOf(again) });
    }
    return true;
  }

  onPolicyFailed(policy: Policy, error: unknown): void {
    const id = this.idOf(policy);
    if (id === null) return; // it was removed meanwhile
    this.dropPolicy(id);
    this.post({ kind: "policy-failed", id, why: messageOf(error) });
  }

  onInference(policy: Policy | null): void {
    const id = policy && this.idOf(policy);
    this.counters.setInferring(id);
    if (this.sharedMemory || id === this.reportedInference) return;
    // without shared memory it is reported by message: for the first batch only, as one per batch would cost too much
    if (id !== null && this.inferredBefore.has(id)) return;
    if (id === null && this.reportedInference !== null) this.inferredBefore.add(this.reportedInference);
    this.reportedInference = id;
    this.post({ kind: "inferring", id });
  }

  private idOf(policy: Policy): PolicyId | null {
    for (const [id, known] of this.policies) if (known === policy) return id;
    return null;
  }

  onCurrent(env: Environment | null): void {
    this.counters.setCurrentEnv(env ? env.id : null);
  }

  private flag(id: EnvId, why: string): void {
    this.counters.add("flagged", 1);
    this.physics().removeLog();
    this.post({ kind: "flagged", id, why });
  }

  private physics(): MujocoModule {
    if (!this.context) throw new ModuleDead("a message arrived before `start`");
    return this.context.mujoco;
  }

  private views(): Views {
    if (!this.counters.views) throw new ModuleDead("a message arrived before `start`");
    return this.counters.views;
  }
}

export function messageOf(error: unknown): string {
  if (error instanceof PoolError) return `${error.what}. ${error.remedy}`;
  return error instanceof Error ? error.message : String(error);
}
