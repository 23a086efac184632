/** What a task's terms read of a world besides its state: numbers of the world at fixed places, and who plays whom. */

import { PoolError } from "../../protocol/api";
import type { AgentSpec, WorldSpec } from "../../protocol/wire.gen";

/** Numbers of a world that stay for an episode, laid side by side: the start of the scratch array. */
export class TaskContext {
  private readonly places = new Map<string, number>();
  private readonly fills: ((spec: WorldSpec, out: Float64Array) => void)[] = [];
  private used = 0;

  constructor(readonly capacity: number) {}

  /** Numbers in use. */
  get size(): number {
    return this.used;
  }

  /** Place of some numbers, which `read` takes from the spec of a world. */
  reserve(key: string, width: number, read: (spec: WorldSpec) => ArrayLike<number>): number {
    const known = this.places.get(key);
    if (known !== undefined) return known;
    const at = this.used;
    this.used += width;
    if (this.used > this.capacity)
      throw new PoolError("a task names too many numbers", "Ask for fewer terms.");
    this.places.set(key, at);
    this.fills.push((spec, out) => {
      const values = read(spec);
      for (let i = 0; i < width; i++) out[at + i] = values[i] ?? 0;
    });
    return at;
  }

  /** The numbers of one world. */
  values(spec: WorldSpec): Float64Array {
    const out = new Float64Array(this.used);
    for (const fill of this.fills) fill(spec, out);
    return out;
  }
}

/** Room that a world's facts may need at most. */
export function contextCapacity(spec: WorldSpec): number {
  const agents = spec.agents.reduce((sum, agent) => sum + 16 + 2 * agent.actuators.length, 0);
  return 8 + agents + Object.keys(spec.params).length + 3 * spec.objects.length;
}

export type Group = "others" | "opponents" | "teammates" | "chasers" | "runners";
const GROUPS: readonly string[] = ["others", "opponents", "teammates", "chasers", "runners"];

/** Indices of the agents that a group means for an agent, itself left out. */
export function group(agents: readonly AgentSpec[], agent: number, name: unknown): number[] {
  if (typeof name !== "string" || !GROUPS.includes(name)) {
    throw new PoolError(`unknown group ${JSON.stringify(name)}`, `Known are ${GROUPS.join(", ")}.`);
  }
  const own = (agents[agent] as AgentSpec).team;
  return agents.flatMap((other, i) => {
    if (i === agent) return [];
    switch (name as Group) {
      case "opponents":
        return other.team !== own ? [i] : [];
      case "teammates":
        return other.team === own ? [i] : [];
      case "chasers":
      case "runners":
        return other.role === name.slice(0, -1) ? [i] : [];
      default:
        return [i];
    }
  });
}

/** All that a compiled task depends on: worlds that agree in it share one program. */
export function layoutKey(spec: WorldSpec): string {
  const agents = spec.agents.map((a) => [
    a.team,
    a.role,
    a.sensors,
    a.joint_pos,
    a.joint_vel,
    a.actuators,
    a.goal.length,
    Object.keys(a.constants),
    a.observation,
  ]);
  const objects = spec.objects.map((o) => [o.pos, o.vel]);
  const { nrow, ncol } = spec.ground;
  return JSON.stringify([agents, objects, Object.keys(spec.params), nrow, ncol]);
}
