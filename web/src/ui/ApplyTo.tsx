/** Buttons that apply the chosen policy: to all agents, half, a share, a team, a robot, the selected worlds, the agent in focus. */

import type { Selection } from "@envgen/wasm/protocol/agents";
import { useComputed, useSignal } from "@preact/signals";
import { app } from "../run/app.ts";
import * as store from "../state/store.ts";

/** Maximum number of teams with a button; more are reached world by world. */
const MOST = 8;

export function ApplyTo() {
  const share = useSignal(30);
  const groups = useComputed(() => {
    void store.stats.value?.environments;
    const spec = [...(app()?.engine.running() ?? [])][0]?.[1].spec;
    const unique = (list: readonly string[]) => [...new Set(list)];
    const agents = spec?.agents ?? [];
    // an agent without a team is a team of its own in every world
    const teams = unique(agents.map((a) => a.team));
    const robots = unique(agents.map((a) => a.robot));
    return { teams: teams.length > 1 ? teams : [], robots: robots.length > 1 ? robots : [] };
  });
  const give = (selection: Selection) => void app()?.policies.assign(store.chosenPolicy.value, selection);
  const empty = (store.stats.value?.environments ?? 0) === 0;
  const focus = store.focus.value;
  const ids = [...store.selected.value].map((slot) => app()?.engine.slots[slot]).filter((id) => id != null);
  return (
    <fieldset class="apply" aria-label="Apply the chosen policy to">
      <button type="button" class="button" disabled={empty} onClick={() => give({})}>
        All
      </button>
      <button type="button" class="button" disabled={empty} onClick={() => give({ share: 0.5 })}>
        Half
      </button>
      <div class="share wide">
        <input
          type="range"
          min="1"
          max="99"
          value={share.value}
          aria-label="Share of the agents"
          onInput={(e) => {
            share.value = Number(e.currentTarget.value);
          }}
        />
        <span class="num soft">{share.value} %</span>
        <button
          type="button"
          class="button"
          disabled={empty}
          aria-label={`Apply to ${share.value} percent`}
          onClick={() => give({ share: share.value / 100 })}
        >
          Set
        </button>
      </div>
      {groups.value.teams.slice(0, MOST).map((team) => (
        <button
          key={team}
          type="button"
          class="button"
          title={`${team} in every world`}
          onClick={() => give({ team })}
        >
          {team}
        </button>
      ))}
      {groups.value.robots.map((robot) => (
        <button key={robot} type="button" class="button" onClick={() => give({ robot })}>
          {robot}
        </button>
      ))}
      {ids.length > 0 && (
        <button type="button" class="button wide" onClick={() => give({ envs: ids as number[] })}>
          Selected worlds ({ids.length})
        </button>
      )}
      {focus && (
        <button
          type="button"
          class="button wide"
          onClick={() => {
            const env = app()?.engine.slots[focus.slot];
            if (env != null) give({ envs: [env], agents: [focus.agent] });
          }}
        >
          Only {focus.spec.agents[focus.agent]?.id ?? "agent"} of world {focus.index}
        </button>
      )}
    </fieldset>
  );
}
