/** Which agents a selection means. */

import { type AgentRef, type Env, type EnvId, PoolError, type Selection } from "../protocol/api";
import type { AgentSpec } from "../protocol/wire.gen";

/** Whether it means the agent of that number in its world, its share and worlds left aside. */
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

/** Whether the i-th of those that are meant is in a share of them: spread evenly, the same ones each time. */
export function inShare(i: number, share: number): boolean {
  return Math.floor((i + 1) * share + 1e-9) > Math.floor(i * share + 1e-9);
}

/** The agents that a selection means, environment by environment. */
export function select(envs: ReadonlyMap<EnvId, Pick<Env, "spec">>, selection: Selection): AgentRef[] {
  const { share } = selection;
  if (share !== undefined && !(share >= 0 && share <= 1))
    throw new PoolError(`a share of ${share} is none`, "Give a number from 0 to 1.");
  const found: AgentRef[] = [];
  for (const env of selection.envs ?? envs.keys()) {
    envs.get(env)?.spec.agents.forEach((own, agent) => {
      if (matches(selection, own, agent)) found.push({ env, agent });
    });
  }
  return share === undefined ? found : found.filter((_, i) => inShare(i, share));
}
