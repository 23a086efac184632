/** Context of a task: what its terms read of a world besides its state, and groups of agents. */

import { PoolError } from "../../protocol/error";
import type { AgentSpec, WorldSpec } from "../../protocol/wire.gen";

/** Layout of a world's constant values, at the start of the scratch array. */
export class TaskContext {
  private readonly places = new Map<string, number>();
  private readonly fills: ((spec: WorldSpec, out: Float64Array) => void)[] = [];
  private used = 0;

  constructor(readonly capacity: number) {}

  /** Number of reserved values. */
  get size(): number {
    return this.used;
  }

  /** Reserve `width` values that `read` takes from the spec of a world. Returns their index. */
  reserve(key: string, width: number, read: (spec: WorldSpec) => ArrayLike<number>): number {
    const known = this.places.get(key);
    if (known !== undefined) return known;
    const at = this.used;
    this.used += width;
    if (this.used > this.capacity) throw new PoolError("the task reads too many values", "Use fewer terms.");
    this.places.set(key, at);
    this.fills.push((spec, out) => {
      const values = read(spec);
      for (let i = 0; i < width; i++) out[at + i] = values[i] ?? 0;
    });
    return at;
  }

  /** Return the values of a world. */
  values(spec: WorldSpec): Float64Array {
    const out = new Float64Array(this.used);
    for (const fill of this.fills) fill(spec, out);
    return out;
  }
}

/** Return the largest number of values that the context of a world can need. */
export function contextCapacity(spec: WorldSpec): number {
  const agents = spec.agents.reduce((sum, agent) => sum + 16 + 2 * agent.actuators.length, 0);
  return 8 + agents + Object.keys(spec.params).length + 3 * spec.objects.length;
}

export type Group = "others" | "opponents" | "teammates" | "chasers" | "runners";
const GROUPS: readonly string[] = ["others", "opponents", "teammates", "chasers", "runners"];

/** Return the indices of a group's agents, as seen by an agent, without itself. */
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

/** Key of all that a compiled task depends on: worlds with equal keys share a program. */
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
