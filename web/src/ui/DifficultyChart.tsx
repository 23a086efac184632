/** Share of episodes that were successes, by difficulty of their world. */

import { count, percent } from "../lib/format.ts";
import * as store from "../state/store.ts";
import { Panel } from "./Panel.tsx";

export function DifficultyChart() {
  const bins = store.bins.value;
  const total = bins.reduce((sum, b) => sum + b.episodes, 0);
  return (
    <Panel title="Success by difficulty">
      <div>
        <div class="bars" role="img" aria-label={`Success by difficulty over ${total} episodes`}>
          {bins.map((b, i) => (
            <div
              key={i}
              title={`difficulty ${(i / 10).toFixed(1)} to ${((i + 1) / 10).toFixed(1)}: ${
                b.episodes ? `${percent(b.successes / b.episodes)} of ${count(b.episodes)}` : "no episode yet"
              }`}
            >
              <i
                class={b.episodes ? "" : "none"}
                style={b.episodes ? { height: `${Math.max(2, (100 * b.successes) / b.episodes)}%` } : {}}
              />
            </div>
          ))}
        </div>
        <div class="axis num">
          <span>0 easy</span>
          <span>{total > 0 ? `${count(total)} episodes` : ""}</span>
          <span>1 hard</span>
        </div>
      </div>
    </Panel>
  );
}
