/** One policy of the list, with the number of agents that it drives. */

import { category, css } from "../lib/colours.ts";
import { count } from "../lib/format.ts";
import * as store from "../state/store.ts";

/** @param idle true if the policy is for other robots or another task than those running */
export function PolicyItem({ row, idle }: { row: store.PolicyRow; idle: boolean }) {
  const agents = store.scores.value.find((s) => s.policy === row.id)?.agents ?? 0;
  const chosen = store.chosenPolicy.value === row.key;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a radio that shows a dot, two lines and a number
    <button
      type="button"
      role="radio"
      aria-checked={chosen}
      class={row.problem ? "policy broken" : idle ? "policy idle" : "policy"}
      title={row.problem ?? (idle ? `${row.detail}: no running agent fits it` : row.detail)}
      disabled={row.problem !== null}
      onClick={() => {
        store.chosenPolicy.value = row.key;
      }}
    >
      <span class="dot" style={{ background: css(category(row.id ?? -1)) }} />
      <span class="name">
        {row.name}
        <small>{row.problem ?? row.detail}</small>
      </span>
      <span class="num">{agents > 0 ? count(agents) : ""}</span>
    </button>
  );
}
