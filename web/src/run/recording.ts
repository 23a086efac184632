/** Recording of agents to a Parquet file. */

import type { AgentRef } from "@envgen/wasm/protocol/agents";
import type { PoolApi } from "@envgen/wasm/protocol/api";
import type { Recording } from "@envgen/wasm/protocol/steps";
import type { AgentSpec, WorldSpec } from "@envgen/wasm/protocol/wire.gen";
import { signal } from "@preact/signals";
import { makeColumns, type Part, writeParquet } from "../lib/parquet.ts";
import { problemOf, running, task, toast, version } from "../state/store.ts";
import type { Engine } from "./engine.ts";
import type { Policies } from "./policies.ts";

export interface RecordingState {
  readonly agents: number;
  readonly steps: number;
  readonly progress: number;
  readonly stop: () => void;
}
export const recording = signal<RecordingState | null>(null);

/** Maximum number of rows of a file, which is built in memory. */
export const MAX_ROWS = 500_000;

/** Record agents and return the file; null if it failed or there was nothing to record (a toast says why). */
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
  // identified now: another prompt may remove their worlds meanwhile
  const who = new Map(agents.map((agent) => [keyOf(agent), identify(agent, pool, engine)]));
  const facts = metadata([...who.values()]);
  const { endings } = pool;
  const work = pool.record(agents, steps);
  let stopped = false;
  const stop = () => {
    stopped = true;
    work.stop();
  };
  const tell = () => {
    recording.value = { agents: agents.length, steps, progress: work.progress(), stop };
  };
  const tick = window.setInterval(tell, 200);
  tell();
  try {
    const parts = (await work.done).filter((r) => r.rows > 0);
    const whole = parts.filter((r) => r.rows >= steps).length;
    if (parts.length === 0) {
      toast("nothing was recorded", "Let the worlds run, and begin again.");
      return null;
    }
    if (whole < agents.length && !stopped) {
      const short = `${agents.length - whole} of ${agents.length} agents have fewer than ${steps} steps`;
      toast(short, "Their worlds, or the worker in which they ran, ended before.", "info");
    }
    return writeParquet(makeColumns(parts.map((r) => makePart(r, who, endings, policies))), facts);
  } catch (error) {
    const { cause, remedy } = problemOf(error);
    toast(`the recording failed: ${cause}`, remedy);
    return null;
  } finally {
    clearInterval(tick);
    recording.value = null;
  }
}

/** An agent, as the file names it. */
interface Identity {
  readonly env: number;
  readonly spec: WorldSpec | null;
  readonly agent: AgentSpec | null;
}

const keyOf = ({ env, agent }: AgentRef) => `${env}/${agent}`;

function identify({ env, agent }: AgentRef, pool: PoolApi, engine: Engine): Identity {
  const spec = pool.envs.get(env)?.spec ?? null;
  return { env: engine.slot(env) ?? 0, spec, agent: spec?.agents[agent] ?? null };
}

function makePart(
  r: Recording,
  who: ReadonlyMap<string, Identity>,
  endings: readonly string[],
  policies: Policies,
): Part {
  const own = who.get(keyOf(r.agent));
  return {
    env: own?.env ?? 0,
    index: own?.spec?.index ?? 0,
    agent: own?.agent?.id ?? "",
    drawn: own?.spec?.drawn ?? {},
    rows: r.rows,
    observation: r.observation,
    action: r.action,
    reward: r.reward,
    terminated: r.terminated,
    truncated: r.truncated,
    episode: r.episode,
    step: r.step,
    policy: Array.from(r.policy, (id) => policies.name(id)),
    ending: Array.from(r.ending, (code) => (code ? (endings[code] ?? null) : null)),
  };
}

/** Return the same metadata as native recordings. */
function metadata(who: readonly Identity[]): unknown {
  const agents: Record<string, unknown> = {};
  for (const { agent } of who) {
    if (!agent) continue;
    agents[agent.id] = {
      robot: agent.robot,
      team: agent.team,
      observation: agent.observation.map((t) => [t.name, t.size]),
      actuators: agent.actuator_names,
    };
  }
  const seed = running.value?.recipe.seed ?? "0";
  return { version: version.value, task: task.value?.kind ?? null, seed, agents };
}

export function download(data: BlobPart, name: string, type: string): void {
  const url = URL.createObjectURL(new Blob([data], { type }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
