/** Recordings that are under way: each worker makes the part of its agents, and tells how far it is. */

import type { AgentRef, Recording, RecordingJob } from "../protocol/api";
import type { Resident } from "./env-handle";
import type { Tickets } from "./requests";
import type { Crew } from "./worker-handle";
import type { Fleet } from "./workers";

export class Recordings {
  /** Share that each worker has, by ticket. */
  private readonly shares = new Map<number, Map<number, number>>();

  constructor(
    private readonly fleet: Fleet,
    private readonly tickets: Tickets,
  ) {}

  /** Record so many control steps of agents; their environments stay where they are meanwhile. */
  begin(agents: readonly AgentRef[], steps: number): RecordingJob {
    const groups = new Map<Crew, AgentRef[]>();
    const held: Resident[] = [];
    for (const agent of agents) {
      const env = this.fleet.envs.get(agent.env);
      if (!env?.spec.agents[agent.agent]) continue;
      env.held += 1;
      held.push(env);
      const crew = this.fleet.crewOf(env);
      const group = groups.get(crew);
      if (group) group.push(agent);
      else groups.set(crew, [agent]);
    }
    const crews = [...groups.keys()];
    const { ticket, answers } = this.tickets.ask<readonly Recording[]>(crews.map((crew) => crew.index));
    const shares = new Map<number, number>();
    this.shares.set(ticket, shares);
    for (const [crew, own] of groups) crew.post({ kind: "record", ticket, agents: own, steps });
    const done = answers.then((parts) => {
      this.shares.delete(ticket);
      for (const env of held) env.held -= 1;
      return parts.flat();
    });
    return {
      done,
      progress: () => [...shares.values()].reduce((sum, share) => sum + share, 0) / Math.max(crews.length, 1),
      stop: () => {
        for (const crew of crews) crew.post({ kind: "stop", ticket });
      },
    };
  }

  /** A worker has that share of its part. */
  progress(ticket: number, worker: number, share: number): void {
    this.shares.get(ticket)?.set(worker, share);
  }
}
