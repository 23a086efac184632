/** Running recordings: each worker records its own agents and reports its progress. */

import type { AgentRef } from "../protocol/agents";
import type { Recording, RecordingJob } from "../protocol/steps";
import type { EnvHandle } from "./env-handle";
import type { Requests } from "./requests";
import type { WorkerHandle } from "./worker-handle";
import type { Workers } from "./workers";

export class Recordings {
  /** Progress of each worker, 0 to 1, by request. */
  private readonly shares = new Map<number, Map<number, number>>();

  constructor(
    private readonly workers: Workers,
    private readonly requests: Requests,
  ) {}

  /** Record control steps of agents; their environments do not move meanwhile. */
  begin(agents: readonly AgentRef[], steps: number): RecordingJob {
    const groups = new Map<WorkerHandle, AgentRef[]>();
    const held: EnvHandle[] = [];
    for (const agent of agents) {
      const env = this.workers.envs.get(agent.env);
      if (!env?.spec.agents[agent.agent]) continue;
      env.pins += 1;
      held.push(env);
      const handle = this.workers.handleOf(env);
      const group = groups.get(handle);
      if (group) group.push(agent);
      else groups.set(handle, [agent]);
    }
    const handles = [...groups.keys()];
    const { request, answers } = this.requests.open<readonly Recording[]>(
      handles.map((handle) => handle.index),
    );
    const shares = new Map<number, number>();
    this.shares.set(request, shares);
    for (const [handle, own] of groups) handle.post({ kind: "record", request, agents: own, steps });
    const done = answers.then((parts) => {
      this.shares.delete(request);
      for (const env of held) env.pins -= 1;
      return parts.flat();
    });
    return {
      done,
      progress: () =>
        [...shares.values()].reduce((sum, share) => sum + share, 0) / Math.max(handles.length, 1),
      stop: () => {
        for (const handle of handles) handle.post({ kind: "stop", request });
      },
    };
  }

  /** Record the progress of a worker, 0 to 1. */
  progress(request: number, worker: number, share: number): void {
    this.shares.get(request)?.set(worker, share);
  }
}
