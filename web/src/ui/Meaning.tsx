/** Interpretation under the prompt: understood, assumed and not understood words, or the prompt's error. */

import { useComputed, useSignal } from "@preact/signals";
import { makeChips } from "../lib/chips.ts";
import { undo } from "../run/session.ts";
import * as store from "../state/store.ts";
import { ChipView } from "./ChipView.tsx";
import { Diff } from "./Diff.tsx";
import { Icon } from "./Icon.tsx";

export function Meaning() {
  const chips = useComputed(() => (store.meaning.value ? makeChips(store.meaning.value) : []));
  const diffOpen = useSignal(false);
  const problem = store.meaningProblem.value;
  const of = (kind: string) => chips.value.filter((c) => c.kind === kind);
  const [understood, assumed, unmapped] = [of("understood"), of("assumed"), of("unmapped")];
  return (
    <div class="meaning" aria-live="polite">
      {problem ? (
        <div class="problem" id="prompt-problem" role="alert">
          {problem.cause} <span>{problem.remedy}</span>
        </div>
      ) : (
        <>
          {unmapped.length > 0 && (
            <div class="group">
              <span class="why">not understood</span>
              {unmapped.map((c) => (
                <ChipView key={`u${c.words}`} chip={c} />
              ))}
            </div>
          )}
          {understood.length > 0 && (
            <div class="group">
              {understood.map((c) => (
                <ChipView key={`${c.path}${c.text}`} chip={c} />
              ))}
            </div>
          )}
          {assumed.length > 0 && (
            <div class="group">
              <span class="why">assumed</span>
              {assumed.map((c) => (
                <ChipView key={`${c.path}${c.text}`} chip={c} />
              ))}
            </div>
          )}
          {store.cfg.value !== null && <span class="why">edited by hand</span>}
          {chips.value.length === 0 && store.cfg.value === null && (
            <span class="why">Words become terrain, obstacles, robots, a task and physics as you type.</span>
          )}
        </>
      )}
      <div class="right">
        {store.pastRuns.value.length > 0 && (
          <>
            <button
              type="button"
              class="button quiet"
              aria-expanded={diffOpen.value}
              onClick={() => {
                diffOpen.value = !diffOpen.value;
              }}
            >
              what changed
            </button>
            <button type="button" class="button quiet" onClick={undo} title="Back to the previous run">
              <Icon name="undo" /> undo
            </button>
          </>
        )}
      </div>
      {diffOpen.value && <Diff onClose={() => (diffOpen.value = false)} />}
    </div>
  );
}
