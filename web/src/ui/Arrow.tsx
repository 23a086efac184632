/** Arrow that shows the pull on a dragged body. */

import { arrow } from "../state/store.ts";

export function Arrow() {
  const line = arrow.value;
  if (!line) return null;
  return (
    <svg class="arrow" aria-hidden="true">
      <line x1={line.x0} y1={line.y0} x2={line.x1} y2={line.y1} stroke="var(--accent)" stroke-width="2.5" />
      <circle cx={line.x0} cy={line.y0} r="4" fill="var(--accent)" />
      <circle cx={line.x1} cy={line.y1} r="7" fill="none" stroke="var(--accent)" stroke-width="2" />
    </svg>
  );
}
