/** Actions as cells: from one colour at −1 over none at 0 to another at 1. */

import { short } from "../lib/format.ts";

export function Cells({ values, names }: { values: readonly number[]; names: readonly string[] }) {
  return (
    <div class="cells" role="img" aria-label="Actions of the last control step">
      {values.map((v, i) => {
        const share = Math.round(Math.min(1, Math.abs(v)) * 100);
        const colour = v >= 0 ? "var(--curve-1)" : "var(--curve-2)";
        return (
          <i
            key={names[i] ?? i}
            title={`${names[i] ?? i} ${short(v)}`}
            style={{ background: `color-mix(in srgb, ${colour} ${share}%, var(--line))` }}
          />
        );
      })}
    </div>
  );
}
