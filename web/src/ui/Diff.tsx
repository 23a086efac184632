/** Differences between the running EnvCfg and the previous one. */

import { value } from "../lib/format.ts";
import { diff } from "../lib/path.ts";
import * as store from "../state/store.ts";
import { Icon } from "./Icon.tsx";

const HIDDEN = new Set(["name", "prompt"]);

export function Diff({ onClose }: { onClose: () => void }) {
  const before = store.pastRuns.value[store.pastRuns.value.length - 1];
  const rows = before ? diff(before.cfg, store.runningCfg.value).filter((r) => !HIDDEN.has(r.path)) : [];
  return (
    <div class="diff" role="dialog" aria-label="What changed">
      <div class="curve-head">
        <b>Changed since “{before?.recipe.prompt || "the last run"}”</b>
        <button type="button" class="button quiet icon" aria-label="Close" onClick={onClose}>
          <Icon name="close" />
        </button>
      </div>
      {rows.length === 0 && (
        <p class="soft">No differences in the EnvCfg; count, seed or difficulty may differ.</p>
      )}
      <table>
        <tbody>
          {rows.map((r) => (
            <tr key={r.path}>
              <td class="soft">{r.path}</td>
              <td>
                <del>{value(r.from)}</del>
              </td>
              <td>
                <ins>{value(r.to)}</ins>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
