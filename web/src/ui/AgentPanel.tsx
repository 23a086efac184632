/** Agents of the focused world: choice of the agent, its policy and its curves. */

import { useComputed } from "@preact/signals";
import { short } from "../lib/format.ts";
import { app } from "../run/app.ts";
import { focusOn, trace } from "../run/focusing.ts";
import * as store from "../state/store.ts";
import { Cells } from "./Cells.tsx";
import { Curve } from "./Curve.tsx";
import { EpisodeField } from "./EpisodeField.tsx";

export function AgentPanel() {
  const focus = store.focus.value;
  const a = app();
  // scores change with the counters: update both together
  const numbers = useComputed(() => {
    void store.stats.value;
    const f = store.focus.value;
    const env = f ? app()?.engine.env(f.slot) : null;
    return env && f && env.spec.agents.length > 0
      ? app()?.pool.counters({ env: env.id, agent: f.agent })
      : null;
  });
  if (!focus || !a) return null;
  const { agents } = focus.spec;
  const agent = agents[focus.agent];
  if (!agent) return <p class="body soft">This world has no agent.</p>;
  const env = a.engine.slots[focus.slot] ?? -1;
  const policy = a.policies.key(a.pool.policyOf({ env, agent: focus.agent })) ?? "";
  const n = numbers.value;
  const t = trace.value;
  const rewardNames = store.task.value?.reward.map((r) => r.name) ?? [];
  return (
    <div class="panel">
      <div class="body" style={{ paddingTop: "12px" }}>
        {agents.length > 1 && (
          <fieldset class="agents" aria-label="Agents">
            {agents.map((x, i) => (
              <button
                key={x.id}
                type="button"
                aria-pressed={i === focus.agent}
                onClick={() => focusOn(focus.slot, i)}
              >
                <span
                  class="dot"
                  style={{
                    background: `rgb(${x.colour
                      .slice(0, 3)
                      .map((c) => Math.round(c * 255))
                      .join(" ")})`,
                  }}
                />
                {x.id}
              </button>
            ))}
          </fieldset>
        )}
        <div class="curve-head">
          <label>
            {agent.id} plays{" "}
            <select
              class="field"
              id="agent-policy"
              value={policy}
              onChange={(e) => {
                void a.policies.assign(e.currentTarget.value, { envs: [env], agents: [focus.agent] });
                // else keys that drive the agent would change the selected policy
                e.currentTarget.blur();
              }}
            >
              {policy === "" && <option value="">none</option>}
              {store.policies.value
                .filter((p) => !p.problem)
                .map((p) => (
                  <option key={p.key} value={p.key}>
                    {p.name}
                  </option>
                ))}
            </select>
          </label>
          <span class="num">{agent.role ?? (agent.team === agent.id ? "" : agent.team)}</span>
        </div>
        {n && (
          <div class="curve-head num">
            <span>
              episode <EpisodeField env={env} now={n.episode} /> · step {n.steps}
            </span>
            <span>
              reward so far <b id="focus-reward">{short(n.episode_reward)}</b>
            </span>
          </div>
        )}
        {n && n.over > 0 && (
          <p class="soft" id="focus-out">
            Out ({a.pool.endings[n.ending]}) until the others of its world have ended too.
          </p>
        )}
        <div>
          <div class="curve-head">
            <span>reward a step</span>
            <span class="num">{short(t.reward[t.reward.length - 1] ?? Number.NaN)}</span>
          </div>
          <Curve x={t.time} series={[t.reward, ...t.rewards]} names={["total", ...rewardNames]} />
        </div>
        <div>
          <div class="curve-head">
            <span>observation: first number of each term</span>
          </div>
          <Curve x={t.time} series={t.terms} names={agent.observation.map((o) => o.name)} />
        </div>
        <div>
          <div class="curve-head">
            <span>actions</span>
            <span class="num">{agent.actuators.length}</span>
          </div>
          <Cells values={t.action} names={agent.actuator_names} />
        </div>
        {policy === "keyboard" && (
          <p class="soft">
            <kbd>W</kbd> <kbd>A</kbd> <kbd>S</kbd> <kbd>D</kbd> drive it, <kbd>E</kbd> and <kbd>Q</kbd> go up
            and down.
          </p>
        )}
      </div>
    </div>
  );
}
