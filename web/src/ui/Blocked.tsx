/** Over the wall, where nothing can run: what is missing and what to do. */

import { blocked } from "../state/store.ts";

export function Blocked() {
  const problem = blocked.value;
  if (!problem) return null;
  return (
    <div class="blocked" role="alert" data-blocked>
      <h2>{problem.cause}</h2>
      <p>{problem.remedy}</p>
    </div>
  );
}
