/** Agents that a selection matches. */

import type { AgentRef, EnvId, Selection } from "../protocol/agents";
import type { Env } from "../protocol/api";
import { PoolError } from "../protocol/error";
import type { AgentSpec } from "../protocol/wire.gen";

/** Return whether a selection matches an agent of a world, apart from its worlds and share. */
export function matches(
  { agents, team, robot }: Selection,
  agent: Pick<AgentSpec, "team" | "robot">,
  number: number,
): boolean {
  return (
    (agents?.includes(number) ?? true) &&
    (team ?? agent.team) === agent.team &&
    (robot ?? agent.robot) === agent.robot
  );
}

/** Return whether the i-th matching agent belongs to a share: evenly spread, the same ones each time. */
export function inShare(i: number, share: number): boolean {
  return Math.floor((i + 1) * share + 1e-9) > Math.floor(i * share + 1e-9);
}

/** Return the agents that a selection matches, environment by environment. */
export function select(envs: ReadonlyMap<EnvId, Pick<Env, "spec">>, selection: Selection): AgentRef[] {
  const { share } = selection;
  if (share !== undefined && !(share >= 0 && share <= 1))
    throw new PoolError(`share must be between 0 and 1, got ${share}`, "Use 1 for all agents.");
  const found: AgentRef[] = [];
  for (const env of selection.envs ?? envs.keys()) {
    envs.get(env)?.spec.agents.forEach((own, agent) => {
      if (matches(selection, own, agent)) found.push({ env, agent });
    });
  }
  return share === undefined ? found : found.filter((_, i) => inShare(i, share));
}
