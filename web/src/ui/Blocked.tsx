/** Message over the wall if nothing can run: the cause and the remedy. */

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
