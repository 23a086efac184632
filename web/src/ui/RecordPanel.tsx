/** Recording of agents over control steps as a Parquet file. */

import type { AgentRef } from "@envgen/wasm/protocol/agents";
import { useSignal } from "@preact/signals";
import { count, percent } from "../lib/format.ts";
import { app } from "../run/app.ts";
import { download, record, recording } from "../run/recording.ts";
import * as store from "../state/store.ts";
import { Icon } from "./Icon.tsx";
import { Panel } from "./Panel.tsx";

type Who = "all" | "selected" | "focus";

export function agentsOf(who: Who): AgentRef[] {
  const a = app();
  if (!a) return [];
  const focus = store.focus.value;
  const refs: AgentRef[] = [];
  for (const [slot, env] of a.engine.running()) {
    if (who === "selected" && !store.selected.value.has(slot)) continue;
    if (who === "focus" && focus?.slot !== slot) continue;
    env.spec.agents.forEach((_, agent) => {
      if (who !== "focus" || focus?.agent === agent) refs.push({ env: env.id, agent });
    });
  }
  return refs;
}

export function RecordPanel() {
  const who = useSignal<Who>("all");
  const steps = useSignal(100);
  const now = recording.value;
  const running = (store.stats.value?.environments ?? 0) > 0;
  const begin = async () => {
    const a = app();
    if (!a) return;
    const agents = agentsOf(who.value);
    if (agents.length === 0) {
      store.toast("no agents selected", "Select worlds by shift-click, or focus one.");
      return;
    }
    const runs = store.running.value;
    const file = await record(a.pool, a.engine, a.policies, agents, steps.value);
    const name = `${runs?.name ?? "envgen"}-s${runs?.recipe.seed ?? "0"}.parquet`;
    if (file) download(file, name, "application/octet-stream");
  };
  return (
    <Panel title="Record" open={false} id="record">
      <div class="share">
        <select
          class="field"
          aria-label="Agents to record"
          value={who.value}
          onChange={(e) => {
            who.value = e.currentTarget.value as Who;
          }}
        >
          <option value="all">all agents</option>
          <option value="selected">selected worlds ({store.selected.value.size})</option>
          <option value="focus">agent in focus</option>
        </select>
        <input
          class="field"
          type="number"
          min="1"
          max="100000"
          aria-label="Control steps"
          value={steps.value}
          onInput={(e) => {
            steps.value = Math.max(1, Math.min(100_000, Math.round(Number(e.currentTarget.value)) || 1));
          }}
          style={{ width: "76px", marginLeft: "-36px" }}
        />
        <span class="soft">steps</span>
      </div>
      {now ? (
        <button type="button" class="button" onClick={now.stop}>
          <Icon name="record" filled /> {percent(now.progress)} of {count(now.steps)} steps: stop and save
        </button>
      ) : (
        <button type="button" class="button" disabled={!running} onClick={() => void begin()}>
          <Icon name="record" filled /> Record to Parquet
        </button>
      )}
      <p class="faint">
        Observations, actions, rewards, endings and drawn values, one row per step and agent.
      </p>
    </Panel>
  );
}
