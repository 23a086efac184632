/** Tooltip beside the pointer with the world under it. */

import { hovered } from "../state/store.ts";

export function Tip() {
  const h = hovered.value;
  if (!h) return null;
  return (
    <div class="tip" style={{ left: `${h.x}px`, top: `${h.y}px` }}>
      <b class="num">{h.index}</b>
      <span class="soft num">{h.text}</span>
    </div>
  );
}
