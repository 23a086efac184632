/** Recordings: agents and a number of control steps become a Parquet file. */

import type { AgentRef, PoolApi, Recording } from "@envgen/wasm/api";
import { signal } from "@preact/signals";
import { makeColumns, type Part, writeParquet } from "../lib/parquet.ts";
import { job, problemOf, task, toast, version } from "../state/store.ts";
import type { Engine } from "./engine.ts";
import type { Policies } from "./policies.ts";

export interface RecordingState {
  readonly agents: number;
  readonly steps: number;
  readonly progress: number;
  readonly stop: () => void;
}
export const recording = signal<RecordingState | null>(null);

/** Most rows of a file: it is made in memory. */
export const MAX_ROWS = 500_000;

/** Records and returns the file; null where there was nothing to record or it failed (said in a toast). */
export async function record(
  pool: PoolApi,
  engine: Engine,
  policies: Policies,
  agents: readonly AgentRef[],
  steps: number,
): Promise<ArrayBuffer | null> {
  if (agents.length * steps > MAX_ROWS) {
    const most = Math.max(1, Math.floor(MAX_ROWS / Math.max(1, agents.length)));
    toast(
      `${agents.length} agents × ${steps} steps are too many rows`,
      `Take at most ${most} steps, or fewer agents.`,
    );
    return null;
  }
  const work = pool.record(agents, steps);
  const tick = window.setInterval(() => {
    recording.value = { agents: agents.length, steps, progress: work.progress(), stop: () => work.stop() };
  }, 200);
  recording.value = { agents: agents.length, steps, progress: 0, stop: () => work.stop() };
  try {
    const parts = await work.done;
    return writeParquet(makeColumns(parts.map((p) => part(p, pool, engine, policies))), about(parts, pool));
  } catch (error) {
    const { cause, remedy } = problemOf(error);
    toast(`the recording failed: ${cause}`, remedy);
    return null;
  } finally {
    clearInterval(tick);
    recording.value = null;
  }
}

function part(r: Recording, pool: PoolApi, engine: Engine, policies: Policies): Part {
  const env = pool.envs.get(r.agent.env);
  return {
    env: engine.slot(r.agent.env) ?? 0,
    index: env?.spec.index ?? 0,
    agent: env?.spec.agents[r.agent.agent]?.id ?? "",
    drawn: env?.spec.drawn ?? {},
    rows: r.rows,
    observation: r.observation,
    action: r.action,
    reward: r.reward,
    terminated: r.terminated,
    truncated: r.truncated,
    episode: r.episode,
    step: r.step,
    policy: Array.from(r.policy, (id) => policies.name(id)),
    ending: Array.from(r.ending, (code) => (code ? (pool.endings[code] ?? null) : null)),
  };
}

/** The same facts as the metadata of `envgen record`. */
function about(parts: readonly Recording[], pool: PoolApi): unknown {
  const agents: Record<string, unknown> = {};
  for (const p of parts) {
    const agent = pool.envs.get(p.agent.env)?.spec.agents[p.agent.agent];
    if (!agent) continue;
    agents[agent.id] = {
      robot: agent.robot,
      team: agent.team,
      observation: agent.observation.map((t) => [t.name, t.size]),
      actuators: agent.actuator_names,
    };
  }
  return { version: version.value, task: task.value?.kind ?? null, seed: job.value.seed, agents };
}

export function download(data: BlobPart, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([data], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
