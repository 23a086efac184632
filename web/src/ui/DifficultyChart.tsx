/** Success rate by difficulty of the world, or mean reward for tasks without success. */

import { count, percent, short } from "../lib/format.ts";
import { type Bin, heights } from "../lib/scores.ts";
import * as store from "../state/store.ts";
import { Panel } from "./Panel.tsx";

export function DifficultyChart() {
  const bins = store.bins.value;
  const by = store.winnable.value ? "success" : "reward";
  const title = by === "success" ? "Success by difficulty" : "Reward by difficulty";
  const tall = heights(bins, by);
  const total = bins.reduce((sum, b) => sum + b.episodes, 0);
  const said = (b: Bin) =>
    by === "success"
      ? `${percent(b.successes / b.episodes)} of ${count(b.episodes)}`
      : `${short(b.reward / b.episodes)} per episode, of ${count(b.episodes)}`;
  return (
    <Panel title={title}>
      <div>
        <div class="bars" role="img" aria-label={`${title} over ${total} episodes`}>
          {bins.map((b, i) => (
            <div
              key={i}
              title={`difficulty ${(i / 10).toFixed(1)} to ${((i + 1) / 10).toFixed(1)}: ${
                b.episodes ? said(b) : "no episode yet"
              }`}
            >
              <i
                class={b.episodes ? "" : "none"}
                style={b.episodes ? { height: `${Math.max(2, 100 * (tall[i] ?? 0))}%` } : {}}
              />
            </div>
          ))}
        </div>
        <div class="axis num">
          <span>0 easy</span>
          <span>{total > 0 ? `${count(total)} ${total === 1 ? "episode" : "episodes"}` : ""}</span>
          <span>1 hard</span>
        </div>
      </div>
    </Panel>
  );
}
