/** Tabs of narrow windows: choice of the sheet below the wall. */

import { type Signal, signal } from "@preact/signals";

const query = window.matchMedia("(width < 1000px)");
export const narrow = signal(query.matches);
query.addEventListener("change", () => {
  narrow.value = query.matches;
});

type Tab = "none" | "policies" | "details";

export function Tabs({ tab }: { tab: Signal<Tab> }) {
  const toggle = (to: Tab) => {
    tab.value = tab.value === to ? "none" : to;
  };
  return (
    <div class="overlay sheet-tabs">
      <fieldset class="segments tabs" aria-label="Panels">
        <button type="button" aria-pressed={tab.value === "policies"} onClick={() => toggle("policies")}>
          policies
        </button>
        <button type="button" aria-pressed={tab.value === "details"} onClick={() => toggle("details")}>
          details
        </button>
      </fieldset>
    </div>
  );
}
