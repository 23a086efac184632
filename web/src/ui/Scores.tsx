/** Table of scores, a row per policy: agents, episodes, success, reward, length. */

import { category, css } from "../lib/colours.ts";
import { count, percent, short } from "../lib/format.ts";
import { app } from "../run/app.ts";
import * as store from "../state/store.ts";
import { Panel } from "./Panel.tsx";

export function Scores() {
  const rows = store.scores.value;
  const winnable = store.winnable.value;
  return (
    <Panel title="Scores">
      {rows.length === 0 ? (
        <p class="faint">Results of finished episodes appear here, by policy.</p>
      ) : (
        <table class="scores">
          <thead>
            <tr>
              <th>policy</th>
              <th>agents</th>
              <th>episodes</th>
              <th title={winnable ? "share of the episodes" : "episodes of this task can't end in success"}>
                success
              </th>
              <th title="mean reward of an episode">reward</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((r) => (
              <tr key={r.policy}>
                <td>
                  <span style={{ color: css(category(r.policy)) }}>●</span> {app()?.policies.name(r.policy)}
                </td>
                <td>{count(r.agents)}</td>
                <td>{count(r.episodes)}</td>
                <td>{r.episodes && winnable ? percent(r.successes / r.episodes) : "–"}</td>
                <td>{r.episodes ? short(r.reward / r.episodes) : "–"}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}
