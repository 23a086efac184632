/** Validation report: a line per check with measured and allowed value. */

import type { FindingSpec } from "@envgen/wasm/protocol/wire.gen";
import { value } from "../lib/format.ts";

export function ReportList({ findings }: { findings: readonly FindingSpec[] }) {
  return (
    <ul class="report">
      {findings.map((f) => (
        <li
          key={f.check}
          title={f.bound === null ? "" : `allowed: ${value(f.bound)}${f.unit ? ` ${f.unit}` : ""}`}
        >
          <span class={f.ok ? "ok" : "no"}>{f.ok ? "✓" : "✗"}</span>
          <span>{f.check.replaceAll("_", " ")}</span>
          <span class="measure">
            {f.measured === null ? "" : value(f.measured)}
            {f.unit && f.measured !== null ? ` ${f.unit}` : ""}
          </span>
        </li>
      ))}
    </ul>
  );
}
