/** Policies of a pool: loading, assignment to agents, and which agents they can drive. */

import type { AgentRef, Selection } from "../protocol/agents";
import { PoolError } from "../protocol/error";
import { readHeader, unfit } from "../protocol/onnx-header";
import {
  type AssignResult,
  NO_POLICY,
  type PolicyId,
  type PolicyInfo,
  type PolicySource,
} from "../protocol/policy";
import type { AgentSpec, TaskSpec } from "../protocol/wire.gen";
import type { EnvHandle } from "./env-handle";
import type { Requests } from "./requests";
import { select } from "./selection";
import type { WorkerHandle } from "./worker-handle";
import type { Workers } from "./workers";

export class PolicyTable {
  readonly infos = new Map<PolicyId, PolicyInfo>();
  readonly sources = new Map<PolicyId, PolicySource>();
  private next = 0;

  constructor(
    private readonly workers: Workers,
    private readonly requests: Requests,
    private readonly task: () => TaskSpec | null,
  ) {}

  /** Load a policy into every worker. Throws a PoolError if it is invalid or can't be loaded. */
  async add(source: PolicySource, name?: string): Promise<PolicyInfo> {
    const info = this.describe(source, name);
    const { request, answers } = this.requests.open<string | null>(this.workers.indices);
    this.workers.broadcast({ kind: "policy", id: info.id, source, request });
    const why = (await answers).find((answer) => answer !== null);
    if (why) {
      this.workers.broadcast({ kind: "remove-policy", id: info.id });
      throw new PoolError(
        `the policy ${info.name} can't be loaded: ${why}`,
        "Export it again (docs/policies.md).",
      );
    }
    this.infos.set(info.id, info);
    this.sources.set(info.id, source);
    return info;
  }

  /** Remove a policy; its agents have none afterwards. */
  remove(policy: PolicyId): void {
    const agents = select(this.workers.envs, {}).filter((agent) => this.of(agent) === policy);
    this.set(NO_POLICY, agents);
    this.infos.delete(policy);
    this.sources.delete(policy);
    this.workers.broadcast({ kind: "remove-policy", id: policy });
  }

  /** Assign a policy to the agents of a selection that it can drive. */
  assign(policy: PolicyId, selection: Selection): AssignResult {
    const refused: { agent: AgentRef; why: string }[] = [];
    const fit = select(this.workers.envs, selection).filter((agent) => {
      const why = this.unfit(policy, agent);
      if (why) refused.push({ agent, why });
      return !why;
    });
    this.set(policy, fit);
    return { agents: fit.length, refused };
  }

  /** Return the policy of an agent. */
  of({ env, agent }: AgentRef): PolicyId {
    return this.workers.envs.get(env)?.policies[agent] ?? NO_POLICY;
  }

  /** Take policies away from the agents of a new environment that they can't drive. */
  check(env: EnvHandle): void {
    env.spec.agents.forEach((agent, i) => {
      if (this.unfitFor(env.policies[i] as PolicyId, agent)) env.policies[i] = NO_POLICY;
    });
  }

  /** Return the reason why a policy can't drive an agent; null if it can. */
  unfit(policy: PolicyId, agent: AgentRef): string | null {
    const spec = this.workers.envs.get(agent.env)?.spec.agents[agent.agent];
    return spec ? this.unfitFor(policy, spec) : "there is no such agent";
  }

  private unfitFor(id: PolicyId, agent: AgentSpec): string | null {
    if (id === NO_POLICY) return null;
    const info = this.infos.get(id);
    if (!info) return `there is no policy ${id}`;
    if (info.onnx) return unfit(info.name, info.onnx, agent, this.task()?.kind ?? "");
    const source = this.sources.get(id);
    if (source?.kind !== "gait") return null;
    const gait = source.gait ?? agent.gait;
    if (!gait) return `there is no gait for the robot '${agent.robot}'`;
    const [size, nu] = [gait.offset.length, agent.actuators.length];
    return size === nu ? null : `the gait is for ${size} actuators, ${agent.id} has ${nu}`;
  }

  private describe(source: PolicySource, name?: string): PolicyInfo {
    const label = name ?? source.kind;
    const onnx = source.kind === "onnx" ? readHeader(new Uint8Array(source.model), label) : null;
    return { id: this.next++, name: label, kind: source.kind, onnx };
  }

  private set(policy: PolicyId, agents: readonly AgentRef[]): void {
    const pairs = new Map<WorkerHandle, number[]>();
    for (const { env: id, agent } of agents) {
      const env = this.workers.envs.get(id) as EnvHandle;
      env.policies[agent] = policy;
      const worker = this.workers.handleOf(env);
      const list = pairs.get(worker) ?? [];
      list.push(id, agent);
      pairs.set(worker, list);
    }
    for (const [worker, list] of pairs) {
      worker.post({ kind: "assign", policy, agents: Int32Array.from(list) });
    }
  }
}
