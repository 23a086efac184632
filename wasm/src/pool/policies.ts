/** Policies of a pool, and which agents they can drive. */

import { readHeader, unfit } from "../protocol/onnx-header";
import { NO_POLICY, type PolicyId, type PolicyInfo, type PolicySource } from "../protocol/policy";
import type { AgentSpec, TaskSpec } from "../protocol/wire.gen";

export class Policies {
  readonly infos = new Map<PolicyId, PolicyInfo>();
  readonly sources = new Map<PolicyId, PolicySource>();
  private next = 0;

  /** Describe a policy before it is loaded. Throws a PoolError on an invalid one. */
  describe(source: PolicySource, name?: string): PolicyInfo {
    const label = name ?? source.kind;
    const onnx = source.kind === "onnx" ? readHeader(new Uint8Array(source.model), label) : null;
    return { id: this.next++, name: label, kind: source.kind, onnx };
  }

  add(info: PolicyInfo, source: PolicySource): void {
    this.infos.set(info.id, info);
    this.sources.set(info.id, source);
  }

  remove(id: PolicyId): void {
    this.infos.delete(id);
    this.sources.delete(id);
  }

  /** Return the reason why a policy can't drive an agent; null if it can. */
  unfit(id: PolicyId, agent: AgentSpec, task: TaskSpec | null): string | null {
    if (id === NO_POLICY) return null;
    const info = this.infos.get(id);
    if (!info) return `there is no policy ${id}`;
    if (info.onnx) return unfit(info.name, info.onnx, agent, task?.kind ?? "");
    const source = this.sources.get(id);
    if (source?.kind !== "gait") return null;
    const gait = source.gait ?? agent.gait;
    if (!gait) return `there is no gait for the robot '${agent.robot}'`;
    const [size, nu] = [gait.offset.length, agent.actuators.length];
    return size === nu ? null : `the gait is for ${size} actuators, ${agent.id} has ${nu}`;
  }
}
